import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, requirePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { here, type NixRegistry, nixRegistry } from '../nix-registry.test-support.ts';
import { planTargets } from '../plan/plan-targets.ts';
import type { TargetInput } from '../target-input.ts';
import { type BuildTargetsInput, buildTargets } from './build-targets.ts';
import { checkHints } from './check-hints.ts';

// What nix itself locks and builds, in place of a lock file that a test has written.
const describeWithNix = requirePart(commandPart('nix', 'nix-bin'), commandPart('git'));

/** A derivation for this machine, its source an expression of Nix. */
const derivationOf = (name: string, script: string): string =>
  `derivation { name = "${name}"; system = "${here}"; builder = "/bin/sh"; args = [ "-c" "${script}" ]; }`;

/** A repository beside the checkout. */
function neighbour({ repository }: NixRegistry, name: string) {
  const root = join(repository.scratch, name);
  mkdirSync(root);
  const git = (...args: readonly string[]): string => repository.git(args, { cwd: root });
  git('init', '--quiet', '--initial-branch=main');
  return {
    url: `git+file://${root}`,
    root,
    publish(path: string, content: string): void {
      repository.write(join('..', name, path), content);
      git('add', '--all');
      git('commit', '--quiet', '--message=x');
    },
  };
}

const target = (name: string, more: Partial<TargetInput>): TargetInput => ({
  name,
  attr: `packages.${here}.${name}`,
  systems: [here],
  hints: [],
  ...more,
});

/** What a plan says is to be built again, and what becomes another artifact when everything is built. */
async function plannedAndBuilt(input: BuildTargetsInput) {
  const plan = await planTargets(input);
  const { targets } = await buildTargets({ ...input, all: true });
  return {
    plan,
    planned: plan.targets.filter(({ rebuild }) => rebuild).map(({ name }) => name),
    built: targets.filter(({ status }) => status !== 'unchanged').map(({ name }) => name),
    stale: targets.filter(({ staleHint }) => staleHint).map(({ name }) => name),
  };
}

describeWithNix('what a target is built from besides its repository', () => {
  test('an input that nix locks anew marks the targets that use it, also through `follows`, and nix builds exactly these anew', async () => {
    const registry = nixRegistry(['web']);
    const { repository, nix } = registry;
    const [common, one, two] = ['common', 'one', 'two'].map((name) => neighbour(registry, name));
    if (common === undefined || one === undefined || two === undefined) throw new Error('three');
    const publish = {
      common: (data: string) => common.publish('flake.nix', `{ outputs = _: { data = "${data}"; }; }`),
      one: (data: string) => one.publish('flake.nix', inputFlake(common.url, data)),
      two: (data: string) => two.publish('flake.nix', inputFlake(common.url, data)),
    };
    for (const input of [publish.common, publish.one, publish.two]) input('1');
    repository.write(
      'flake.nix',
      `{
  inputs.one.url = "${one.url}";
  inputs.two = { url = "${two.url}"; inputs.common.follows = "one/common"; };
  outputs = { one, two, ... }: { packages.${here} = {
    of-one = ${derivationOf('of-one', 'echo ${one.data} > $out')};
    of-two = ${derivationOf('of-two', 'echo ${two.data} > $out')};
    of-none = ${derivationOf('of-none', 'echo none > $out')};
    of-any = ${derivationOf('of-any', 'echo ${one.data} ${two.data} > $out')};
    forgetful = ${derivationOf('forgetful', 'echo forgetful ${two.data} > $out')};
  }; };
}
`,
    );
    const lock = (...args: readonly string[]): void => {
      execFileSync('nix', ['flake', 'lock', ...args], {
        cwd: repository.root,
        env: { ...process.env, ...nix.env, GIT_CONFIG_GLOBAL: '/dev/null' },
        stdio: 'pipe',
      });
      repository.commit();
    };
    repository.commit();
    lock();
    const input = registry.input(
      target('of-one', { inputs: ['one'] }),
      target('of-two', { inputs: ['two'] }),
      target('of-none', { inputs: [] }),
      target('of-any', {}),
    );
    await buildTargets(input);
    const users = { one: ['of-any', 'of-one'], two: ['of-any', 'of-two'], common: ['of-any', 'of-one', 'of-two'] };
    for (const name of ['one', 'two', 'common'] as const) {
      publish[name]('2');
      lock('--update-input', name === 'common' ? 'one/common' : name);
      const { planned, built, plan } = await plannedAndBuilt(input);
      expect([name, planned, built]).toEqual([name, users[name], users[name]]);
      const [reason] = plan.targets.find((one) => one.name === planned[1])?.reasons ?? [];
      expect(reason).toMatchObject({ kind: 'flake-input', path: 'flake.lock' });
    }

    // Another layout of the same lock.
    const path = join(repository.root, 'flake.lock');
    repository.write('flake.lock', JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))));
    repository.commit();
    expect(await plannedAndBuilt(input)).toMatchObject({ planned: [], built: [] });

    // Who does not name all that it uses is found.
    const forgetful = registry.input(target('forgetful', { inputs: ['one'] }), target('of-none', { inputs: [] }));
    await buildTargets(forgetful);
    publish.two('3');
    lock('--update-input', 'two');
    const checked = await checkHints(forgetful, await planTargets(forgetful));
    expect(checked.targets.map(({ name, reasons }) => [name, reasons.map(({ kind }) => kind)])).toEqual([
      ['forgetful', ['stale-hint']],
      ['of-none', []],
    ]);
    expect(await plannedAndBuilt(forgetful)).toMatchObject({ planned: [], built: ['forgetful'], stale: ['forgetful'] });
  }, 300_000);

  test('a submodule that moves on marks who reaches into it, and nix builds from the commit that the checkout names', async () => {
    const registry = nixRegistry(['web']);
    const { repository } = registry;
    const library = neighbour(registry, 'library');
    library.publish('src/main', 'one');
    // git takes a submodule from a folder only when it is told to.
    const allowed = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.file.allow', GIT_CONFIG_VALUE_0: 'always' };
    repository.git(['submodule', '--quiet', 'add', library.root, 'vendor/lib'], { env: allowed });
    repository.write(
      'flake.nix',
      `{ outputs = _: { packages.${here} = {
    lib = ${derivationOf('lib', 'read line < ${./vendor/lib/src}/main; echo $line > $out')};
    beside = ${derivationOf('beside', 'echo beside > $out')};
  }; }; }
`,
    );
    repository.commit();
    const host = repository.hostWith({ ...registry.nix.env, ...allowed }, { arch: process.arch });
    const input = {
      ...registry.input(target('lib', { hints: ['vendor/lib/src/**'], inputs: [] }), target('beside', { inputs: [] })),
      host,
    };
    const first = await buildTargets(input);
    expect(first.targets.map(({ name, status, failure }) => [name, status, failure])).toEqual([
      ['beside', 'built', null],
      ['lib', 'built', null],
    ]);
    library.publish('src/main', 'two');
    library.publish('README.md', 'of no matter');
    repository.git(['pull', '--quiet'], { cwd: join(repository.root, 'vendor/lib'), env: allowed });
    repository.commit();
    const { plan, planned, built } = await plannedAndBuilt(input);
    expect([planned, built]).toEqual([['lib'], ['lib']]);
    expect(plan.targets[1]?.reasons).toEqual([{ kind: 'changed', path: 'vendor/lib/src/main', hint: 'vendor/lib/src/**' }]);
    const { targets } = await buildTargets({ ...input, only: ['lib'] });
    expect(readFileSync(targets[0]?.artifact ?? '', 'utf8')).toBe('two\n');
  }, 300_000);
});

/** A flake whose data are its own and those of its input. */
function inputFlake(common: string, data: string): string {
  return `{ inputs.common.url = "${common}"; outputs = { common, ... }: { data = "${data} \${common.data}"; }; }`;
}
