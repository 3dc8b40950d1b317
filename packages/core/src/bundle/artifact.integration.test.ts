import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { commandPart, nixFolder, requirePart } from '@rota/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHost } from '../host/create-host.ts';
import { execaRunner } from '../host/execa-runner.ts';
import type { Host } from '../host/host.ts';
import { hasArtifact, sendArtifact } from './artifact.ts';
import { captureBundle } from './capture/capture.ts';
import { findBundle } from './find-bundle.ts';
import { inspectTarget } from './migrate/inspect-target.ts';
import { protocolVersion } from './migrate/protocol.ts';
import { restoreBundle } from './restore/restore.ts';
import { verifyBundle } from './restore/verify-bundle.ts';
import { defineBundle } from './spec/define-bundle.ts';
import { sshOptions } from './ssh-command.ts';
import { openStore } from './store/open-store.ts';
import { sshServer } from './store/sshd.test-support.ts';

/** What is built needs what the other derivation makes. */
const expression = `let
  make = name: script: derivation { inherit name; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" script ]; };
  library = make "library" "echo shared >$out";
in make "service" "echo \${library} >$out"`;

const parts = [
  commandPart('nix', 'nix-bin'),
  commandPart('sshd', 'openssh-server'),
  commandPart('ssh', 'openssh-client'),
  commandPart('rsync'),
];

// With real nix, offline.
requirePart(...parts)('the artifact of a target', () => {
  let folder: string;
  let env: Readonly<Record<string, string>>;
  let host: Host;
  let service: string;
  let library: string;
  const nix = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const build = (): void => {
    service = nix('nix-build', '--no-out-link', '--expr', expression);
    library = readFileSync(service, 'utf8').trim();
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rota-artifact-'));
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'note'), 'x\n');
    env = nixFolder().env;
    host = createHost({
      stateDir: join(folder, 'state'),
      run: (request) => execaRunner({ ...request, env: { ...env, ...request.env } }),
    });
    build();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const spec = () => defineBundle({ tenant: 'acme', name: 'web', roots: [{ name: 'data', path: join(folder, 'data') }] });
  const capture = (withArtifact: boolean, path = service) =>
    captureBundle({ host, namespace: 'default', spec: spec(), artifact: { system: 'here', path, revision: null }, withArtifact });
  const latest = () =>
    findBundle({ host, namespace: 'default', store: openStore(host, 'default', spec()), which: 'latest', of: spec() });

  test('is packed with all that it needs, proven with the bundle, and put back where it is missing', {
    timeout: 300_000,
  }, async () => {
    expect((await capture(false)).bundle?.entries).toBe(2);
    const { bundle } = await capture(true);
    expect(bundle?.entries).toBe(3);
    const found = await latest();
    expect((await verifyBundle({ host, namespace: 'default', bundle: found, level: 2 })).manifest?.artifact).toEqual({
      system: 'here',
      path: service,
      revision: null,
      member: 'artifact/closure',
    });

    nix('nix-store', '--delete', service, library);
    expect(await hasArtifact(host, service)).toBe(false);
    await restoreBundle({ host, namespace: 'default', spec: spec(), bundle: found });
    // Nor does nix collect it.
    nix('nix-store', '--gc');
    expect(await hasArtifact(host, service)).toBe(true);
    expect(readFileSync(library, 'utf8')).toBe('shared\n');
    found.close();
  });

  test('that is in no store of nix is refused, and nothing is captured', async () => {
    await expect(capture(true, join(folder, 'data'))).rejects.toMatchObject({ code: 'ROTA_BUNDLE_ARTIFACT' });
    await expect(capture(true, 'registry/web@sha256:0')).rejects.toMatchObject({ code: 'ROTA_BUNDLE_ARTIFACT' });
    const nothing = captureBundle({ host, namespace: 'default', spec: spec(), withArtifact: true });
    await expect(nothing).rejects.toMatchObject({ code: 'ROTA_BUNDLE_ARTIFACT' });
  });

  test('has to be on the machine that a service moves to, and is sent there', { timeout: 300_000 }, async () => {
    // The same store by its paths, elsewhere on the disk: as another machine has it.
    const there = { ...env, NIX_REMOTE: `local?root=${join(folder, 'there')}` };
    const other = { ...host, run: ((request) => execaRunner({ ...request, env: { ...there, ...request.env } })) as Host['run'] };
    const problems = async (artifact: string) =>
      (
        await inspectTarget(other, {
          ask: 'prepare',
          version: protocolVersion,
          id: '0123456789ab',
          namespace: 'default',
          spec: spec(),
          bases: {},
          from: 'here',
          replace: false,
          dryRun: true,
          artifact,
        })
      ).problems;
    build();
    expect(await problems(service)).toContainEqual(expect.stringContaining('--with-artifact'));
    expect(await problems('image@sha256:0')).toContainEqual(expect.stringContaining('is not on'));
    expect(await problems(folder)).toEqual([]);
    const server = await sshServer(there);
    try {
      await sendArtifact(host, service, { host: server.host, sshArgs: sshOptions(server) });
    } finally {
      await server.stop();
    }
    expect(await problems(service)).toEqual([]);
    expect(readFileSync(join(folder, 'there', 'nix', 'store', basename(library)), 'utf8')).toBe('shared\n');
  });
});
