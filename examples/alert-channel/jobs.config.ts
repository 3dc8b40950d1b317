import { defineConfig, defineJob } from '@rota/core';
import { push } from './push-plugin.ts';

export default defineConfig({
  namespace: 'alerts',
  tenant: 'demo',
  plugins: [push({ topic: process.env.PUSH_TOPIC ?? 'https://push.example.org/backups', token: '${PUSH_TOKEN}' })],
  jobs: [
    defineJob({
      name: 'backup',
      schedule: '0 3 * * *',
      timezone: 'local',
      command: '/bin/sh -c "echo no space left; exit 28"',
      alerts: { on: ['failure', 'recovery'], channels: [{ plugin: 'push' }] },
    }),
  ],
});
