import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { embedded } from '../embedded/embedded.ts';
import { createHost } from '../host/create-host.ts';
import { nodeFiles } from '../host/node-files.ts';
import { startJob } from './start-job.ts';

test('a job whose run could not be recorded is not started, for nobody would see its end', async () => {
  const started: unknown[] = [];
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const host = createHost({
    stateDir: temporaryFolder(),
    files: {
      ...nodeFiles,
      write(_, content) {
        // An empty file needs no room.
        if (content.length > 0) throw full;
      },
    },
    run: async (request) => {
      started.push(request);
      return { exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false };
    },
  });
  const job = { tenant: 'acme', name: 'backup' };
  await expect(startJob({ host, backend: embedded(), namespace: 'default', launchFile: 'a.json', job })).rejects.toBe(full);
  expect(started).toEqual([]);
});
