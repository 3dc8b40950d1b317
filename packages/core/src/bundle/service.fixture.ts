import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '../host/create-host.ts';
import type { Files } from '../host/files.ts';
import type { Host } from '../host/host.ts';
import { nodeFiles } from '../host/node-files.ts';
import { type BundleInput, defineBundle } from './spec/define-bundle.ts';

/** A service with state, as far as bundles see it: it runs while the file `running` is there, and commands start and stop it. */
export interface ServiceUnderTest {
  readonly folder: string;
  readonly root: string;
  readonly running: () => boolean;
  readonly start: () => void;
  readonly spec: (change?: Partial<BundleInput>) => ReturnType<typeof defineBundle>;
  /** A host whose effects go through these files; once they are dead, it starts no program either. */
  readonly host: (files?: Files, extra?: Partial<Host>) => Host;
  readonly remove: () => void;
}

export function serviceUnderTest(): ServiceUnderTest {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-bundle-'));
  const root = join(folder, 'app', 'data');
  const flag = join(folder, 'running');
  mkdirSync(join(root, 'sub'), { recursive: true });
  writeFileSync(join(root, 'one'), 'first state\n');
  writeFileSync(join(root, 'sub', 'two'), 'x'.repeat(3000));
  const plain = createHost({ stateDir: join(folder, 'state'), hostname: 'here' });
  return {
    folder,
    root,
    running: () => existsSync(flag),
    start: () => writeFileSync(flag, ''),
    spec: (change = {}) =>
      defineBundle({
        tenant: 'acme',
        name: 'app',
        roots: [{ name: 'data', path: root }],
        stop: [{ name: 'app', running: ['test', '-e', flag], stop: ['rm', flag], start: ['touch', flag] }],
        compression: 'gzip',
        healthTimeout: 1,
        ...change,
      }),
    host: (files = nodeFiles, extra = {}) => ({
      ...plain,
      // Also where the tests themselves run in a unit.
      env: { ...plain.env, INVOCATION_ID: undefined },
      files,
      sleep: (ms) => plain.sleep(Math.min(ms, 10)),
      run: async (request) => {
        files.facts(folder);
        if (request.file === 'systemd-run')
          return { exitCode: 1, signal: null, stdout: '', stderr: 'no systemd in this test', timedOut: false };
        const result = await plain.run(request);
        files.facts(folder);
        return result;
      },
      ...extra,
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A host whose sync(1) is asked for a disk that is not there, and so fails. */
export function withoutDisk(host: Host): Host {
  const run: Host['run'] = (request) =>
    host.run(request.file === 'sync' ? { ...request, args: ['-f', '/nonexistent'] } : request);
  return { ...host, run };
}
