import { join } from 'node:path';
import { defineJob } from '@rota/core';

const config = join(import.meta.dirname, 'jobs.config.ts');

/** A nightly bundle of each service: what it needs to be itself again on another machine, and how it is proven. */
export function services(root: string) {
  return [
    defineJob({
      ...nightlyBundle('home-assistant', root),
      schedule: '10 2 * * *',
      state: {
        roots: [
          {
            name: 'config',
            path: `${root}/home-assistant`,
            exclude: ['*.log'],
            recomputable: [{ path: '/deps', how: 'installed again at the next start' }],
          },
        ],
        databases: [{ kind: 'sqlite', name: 'recorder', path: `${root}/home-assistant/home-assistant_v2.db` }],
        // It would answer as the same hub twice; a restore on another machine logs in anew.
        identity: [{ path: `${root}/home-assistant/.storage/auth`, policy: 'exclude' }],
        retention: { last: 3, daily: 7, weekly: 4 },
        guidance: { reauth: 'Log in to the integrations that say so in Settings, Devices.' },
      },
    }),
    defineJob({
      ...nightlyBundle('grafana', root),
      schedule: '20 2 * * *',
      state: {
        roots: [{ name: 'data', path: `${root}/grafana`, recomputable: [{ path: '/png', how: 'drawn when it is looked at' }] }],
        databases: [{ kind: 'sqlite', name: 'grafana', path: `${root}/grafana/grafana.db` }],
        retention: { last: 3, weekly: 4 },
      },
    }),
    defineJob({
      ...nightlyBundle('prometheus', root),
      schedule: '40 2 * * *',
      state: {
        // The server makes a snapshot of its blocks, which nothing writes to any more.
        roots: [{ name: 'snapshots', path: `${root}/prometheus/snapshots` }],
        hooks: { beforeCapture: [['curl', '--fail', '-s', '-X', 'POST', 'http://127.0.0.1:9090/api/v1/admin/tsdb/snapshot']] },
        retention: { last: 2, weekly: 2 },
      },
    }),
  ];
}

/** What the three have in common. A job starts in the home folder, with nothing of the shell that applied it: it is told where the config is, and the services. */
function nightlyBundle(name: string, root: string) {
  return {
    name,
    timezone: 'local',
    command: 'rota',
    args: ['bundle', 'capture', name, '--config', config],
    env: { HOMELAB_ROOT: root },
    alerts: { on: ['failure', 'recovery'], desktop: true },
    labels: { kind: 'backup' },
  } as const;
}
