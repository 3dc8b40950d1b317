import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHost, type Host, nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { readJournal } from './journal/update-journal.ts';
import { followLink } from './machine/follow-link.ts';
import { updateLayout } from './machine/layout.ts';
import { rollback } from './run-rollback.ts';
import { verifyUpdate } from './run-verification.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';

/** A home with an old and a new generation, and one of a person's own. Only the profile is written without nix. */
function home() {
  const folder = temporaryFolder();
  const state = join(folder, 'state');
  const link = (path: string, to: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    symlinkSync(to, path);
  };
  const current = join(state, 'home-manager/gcroots/current-home');
  const profile = join(state, 'nix/profiles/home-manager');
  const generation = (name: string): string => {
    const path = join(folder, name);
    nodeFiles.write(
      join(path, 'activate'),
      `#!/bin/sh\n[ ! -e ${folder}/busy ] || { echo 'Could not acquire lock' >&2; exit 1; }\nln -sfn ${path} ${current}\n`,
    );
    chmodSync(join(path, 'activate'), 0o755);
    return path;
  };
  const [old, updated, own] = [generation('old'), generation('new'), generation('own')];
  const use = (path: string): void => {
    link(profile, path);
    link(current, path);
  };
  use(updated);
  const files = { ...nodeFiles, facts: (path: string) => (path === '/run/systemd/system' ? undefined : nodeFiles.facts(path)) };
  const real = createHost();
  const run: Host['run'] = async (call) => {
    if (!call.file.endsWith('nix-env')) return await real.run(call);
    link(profile, call.args.at(-1) ?? '');
    return { exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false };
  };
  const user = { name: 'anna', uid: 1000, home: folder };
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: state };
  const host = createHost({ stateDir: join(folder, 'rota'), user, env, files, run });
  const options: NixUpdateOptions = {
    flakePath: '/x',
    system: 'home-manager',
    activationTimeout: '1s',
    healthSettle: '0s',
    healthGrace: '0s',
  };
  return {
    ...{ host, options, old, updated, own, use, profile },
    busy: (is: boolean) => (is ? nodeFiles.write(join(folder, 'busy'), '') : nodeFiles.remove(join(folder, 'busy'))),
    stands: () => [followLink(nodeFiles, profile), followLink(nodeFiles, current)],
    journal: () => readJournal(nodeFiles, updateLayout(host.stateDir).journal),
  };
}

test('a rollback that another switch puts off says what it has changed, and the next run does the rest', async () => {
  const { host, options, old, updated, busy, stands, profile, journal } = home();
  busy(true);
  expect(await rollback({ options, host, to: old })).toMatchObject({
    status: 'deferred',
    failure: { class: 'busy', message: expect.stringContaining(`${profile} leads to ${old} already`) },
  });
  expect(stands()).toEqual([old, updated]);
  busy(false);
  expect(await verifyUpdate({ options, host })).toMatchObject([{ kind: 'recovery', status: 'rolled-back' }]);
  expect([stands(), journal()]).toEqual([[old, old], null]);
});

test('what a person has switched to after a rollback was put off stays theirs, and the next run says so', async () => {
  const { host, options, old, own, use, busy, stands, journal } = home();
  busy(true);
  expect(await rollback({ options, host, to: old })).toMatchObject({ status: 'deferred' });
  busy(false);
  use(own);
  const stays = expect.stringContaining(`${own}, which somebody has put there`);
  expect(await verifyUpdate({ options, host })).toMatchObject([{ kind: 'recovery', warnings: [stays, stays] }]);
  expect([stands(), journal()]).toEqual([[own, own], null]);
});
