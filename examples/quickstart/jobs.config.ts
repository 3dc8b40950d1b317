import { defineConfig, defineJob } from '@rota/core';

// `npm run quickstart` plans, applies, watches and removes this.
export default defineConfig({
  namespace: 'quickstart',
  tenant: 'demo',
  jobs: [
    defineJob({
      name: 'hello',
      schedule: '* * * * *',
      timezone: 'local',
      command: process.platform === 'win32' ? 'cmd /c echo' : '/bin/echo',
      args: ['Hello from a job that Rota installed.'],
      timeout: '30s',
    }),
  ],
});
