import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost, nodeFiles } from '@rota/core';
import { commandPart, nixFolder, requirePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { namesInputs } from './machine/nix-commands.ts';
import { runUpdate } from './run-update.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';

// The nix of this machine, which is 2.8 on Debian 12, where the booted machines have a newer one. No systemd is needed, and no root.
const describe = requirePart(commandPart('nix', 'nix-bin'), commandPart('git'));

const flake = (dep: string, other: string): string => `{
  inputs.dep.url = "git+file://${dep}";
  inputs.other.url = "git+file://${other}";
  outputs = { dep, other, ... }: {
    homeConfigurations."ada@here".activationPackage = derivation {
      name = "home"; system = "${process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux'}"; builder = "/bin/sh";
      args = [ "-ec" "export PATH=/usr/bin:/bin; mkdir $out; cp ${'$'}{./activate.sh} $out/activate; chmod +x $out/activate; echo ${'$'}{dep.data} ${'$'}{other.data} > $out/says" ];
    };
  };
}
`;
const activate = `#!/bin/sh
mkdir -p "$HOME/.local/state/home-manager/gcroots"
ln -sfn "$(dirname "$(readlink -f "$0")")" "$HOME/.local/state/home-manager/gcroots/current-home"
`;

test.each([
  ['nix (Nix) 2.8.0', false],
  ['nix (Nix) 2.18.1', false],
  ['nix (Nix) 2.19.2', true],
  ['nix (Nix) 2.34.8', true],
  ['nix (Lix, like Nix) 2.93.0', true],
  ['nix (Determinate Nix 3.8.5) 2.30.2', true],
  ['', true],
])('%j takes names of inputs: %s', (version, expected) => {
  expect(namesInputs(version)).toBe(expected);
});

describe('the home of a user with the nix of this machine', () => {
  test('is updated, as a whole and by named inputs, and goes back from what is not well', async () => {
    const { folder, env } = nixFolder();
    const at = (name: string): string => join(folder, name);
    const git = (repository: string, ...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
        cwd: at(repository),
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
        encoding: 'utf8',
      });
    const publish = (repository: string, data: string): void => {
      writeFileSync(join(at(repository), 'flake.nix'), `{ outputs = _: { data = "${data}"; }; }`);
      git(repository, 'add', '--all');
      git(repository, 'commit', '--quiet', '--message=x');
    };
    for (const repository of ['dep', 'other', 'flake']) {
      mkdirSync(at(repository));
      git(repository, 'init', '--quiet', '--initial-branch=main');
    }
    publish('dep', 'one');
    publish('other', 'one');
    writeFileSync(at('flake/flake.nix'), flake(at('dep'), at('other')));
    writeFileSync(at('flake/activate.sh'), activate);
    git('flake', 'add', '--all');
    execFileSync('nix', ['flake', 'lock', at('flake')], { env: { ...process.env, ...env }, stdio: 'pipe' });
    git('flake', 'add', '--all');
    git('flake', 'commit', '--quiet', '--message=first');
    mkdirSync(join(env.HOME ?? '', '.local/state/nix/profiles'), { recursive: true });

    const own = createHost();
    const user = { name: 'ada', uid: process.getuid?.() ?? 0, home: env.HOME ?? '' };
    const host = createHost({
      user,
      hostname: 'here',
      stateDir: at('rota'),
      env: { HOME: env.HOME },
      // A machine without systemd.
      files: { ...nodeFiles, facts: (path) => (path === '/run/systemd/system' ? undefined : nodeFiles.facts(path)) },
      run: async (request) => await own.run({ ...request, env: { ...request.env, ...env } }),
    });
    const update = async (more: Partial<NixUpdateOptions> = {}) => {
      const options: NixUpdateOptions = {
        system: 'home-manager',
        flakePath: at('flake'),
        requireNetwork: false,
        requireAcPower: false,
        allowMetered: true,
        minUptime: 0,
        healthSettle: 0,
        healthGrace: 0,
        diskThreshold: 100,
        ...more,
      };
      const reports = await runUpdate({ options, host });
      expect(reports).toHaveLength(1);
      return reports[0];
    };
    const says = (): string => readFileSync(join(env.HOME ?? '', '.local/state/home-manager/gcroots/current-home/says'), 'utf8');

    expect(await update()).toMatchObject({ status: 'updated', inputs: [], failure: null });
    expect(says()).toBe('one one\n');
    publish('dep', 'two');
    publish('other', 'two');
    expect(await update({ inputs: ['other'] })).toMatchObject({ status: 'updated', inputs: [{ name: 'other' }] });
    expect(says()).toBe('one two\n');
    const lock = readFileSync(at('flake/flake.lock'));
    expect(await update({ inputs: ['nobody'] })).toMatchObject({ status: 'failed', failure: { class: 'config' } });
    expect(await update({ healthChecks: [{ command: ['false'] }] })).toMatchObject({
      status: 'rolled-back',
      failure: { class: 'health' },
    });
    expect([says(), readFileSync(at('flake/flake.lock'))]).toEqual(['one two\n', lock]);
    publish('dep', 'three');
    expect(await update()).toMatchObject({ status: 'updated', inputs: [{ name: 'dep' }] });
    expect(says()).toBe('three two\n');
    expect(readlinkSync(join(env.HOME ?? '', '.local/state/nix/profiles/home-manager'))).toBe('home-manager-3-link');
  });
});
