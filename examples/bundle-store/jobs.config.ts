import { defineConfig, defineJob } from '@rota/core';
import { gitStores } from './git-store-plugin.ts';

const repository = process.env.BUNDLES ?? '/srv/bundles.git';

export default defineConfig({
  namespace: 'bundles',
  tenant: 'demo',
  plugins: [gitStores],
  jobs: [
    defineJob({
      name: 'notes',
      schedule: '0 3 * * *',
      timezone: 'local',
      command: '/bin/true',
      state: {
        roots: [{ name: 'data', path: process.env.NOTES ?? '/srv/notes' }],
        stores: [{ kind: 'plugin', plugin: 'git', options: { repository } }],
      },
    }),
  ],
});
