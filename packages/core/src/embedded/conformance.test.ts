import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sampleSize, temporaryFolder, testSeed } from '@rota/test-support';
import { describe, it } from 'vitest';
import { createHost } from '../host/create-host.ts';
import type { Host } from '../host/host.ts';
import { nodeFiles } from '../host/node-files.ts';
import type { JobKey } from '../job/job.ts';
import { launcherOf } from '../run/launch/read-launch-file.ts';
import { namespaceLayout } from '../state/layout.ts';
import { backendConformance } from '../testing/index.ts';
import { embedded } from './embedded.ts';
import { entryFolder, entryName, parseEntry } from './entry.ts';

const pathOf = (host: Host, namespace: string, job: JobKey): string =>
  join(entryFolder(host.stateDir, namespace), entryName(job));

const broken = new WeakSet<Host>();

backendConformance(
  { describe, it: (name, body) => it(name, body, 1_800_000) },
  {
    faultRuns: sampleSize({ here: 12, inCi: 20, long: 1000 }),
    faultSeed: testSeed,
    backend: embedded(),
    dialect: { name: 'embedded' },
    byLaunchFile: ['persistent'],
    makeHost() {
      const host: Host = createHost({
        stateDir: temporaryFolder(),
        timezone: 'UTC',
        files: {
          ...nodeFiles,
          list(path) {
            if (broken.has(host)) throw new Error('EACCES: permission denied');
            return nodeFiles.list(path);
          },
        },
      });
      return host;
    },
    async edit(host, namespace, job) {
      const path = pathOf(host, namespace, job);
      writeFileSync(path, readFileSync(path, 'utf8').replace('"active": true', '"active": false'));
      chmodSync(path, 0o644);
    },
    remove: async (host, namespace, job) => rmSync(pathOf(host, namespace, job)),
    breakReading: (host) => void broken.add(host),
    async start(host, namespace, job) {
      const found = parseEntry(readFileSync(pathOf(host, namespace, job), 'utf8'));
      const launchFile = found?.entry.launchFile ?? '';
      // As run-all does: the launcher of the state folder that the launch file is in.
      const stateDir = dirname(dirname(dirname(dirname(launchFile))));
      return [launcherOf({ path: launchFile, stateDir, layout: namespaceLayout(stateDir, namespace) }), launchFile];
    },
  },
);
