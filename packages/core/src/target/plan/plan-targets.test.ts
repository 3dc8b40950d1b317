import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TargetInput } from '../target-input.ts';
import { targetLayout } from '../target-layout.ts';
import { changeTargetRecord } from '../target-records.ts';
import { attrOf, type TargetRepository, targetRepository } from '../target-repository.test-support.ts';
import { githubMatrix } from './github-matrix.ts';
import { type PlanTargetsInput, planTargets } from './plan-targets.ts';

const web: TargetInput = { name: 'web', attr: attrOf('web'), hints: ['web/**'], inputs: [] };

function input({ host, root, targets }: TargetRepository, ...declared: readonly TargetInput[]): PlanTargetsInput {
  return { host, namespace: 'default', baseDir: root, targets: targets(...declared) };
}

/** A repository with one commit, in which `web` was built as it is. */
async function builtOnce(): Promise<{ readonly repository: TargetRepository; readonly revision: string }> {
  const repository = targetRepository();
  repository.write('flake.nix', '{}');
  repository.write('web/index.html', 'hello, this is the page');
  const revision = repository.commit();
  const built = {
    revision,
    attr: 'packages.x86_64-linux.web',
    artifact: '/store/web',
    drvPath: '/store/web.drv',
    at: 'then',
    log: null,
  };
  await changeTargetRecord(repository.host, 'default', { name: 'web', system: 'x86_64-linux' }, (record) => ({
    ...record,
    built,
  }));
  return { repository, revision };
}

const reasons = async (given: PlanTargetsInput) => (await planTargets(given)).targets.map(({ reasons: all }) => all);

test('the same repository and records give the same plan, in the documented shape', async () => {
  const { repository, revision } = await builtOnce();
  repository.write('web/new', 'x');
  const head = repository.commit();
  const given = input(repository, web);
  const plan = await planTargets(given);
  expect(plan).toEqual({
    formatVersion: 1,
    base: revision,
    head,
    targets: [
      {
        name: 'web',
        system: 'x86_64-linux',
        attr: 'packages.x86_64-linux.web',
        base: revision,
        rebuild: true,
        deploy: false,
        reasons: [{ kind: 'added', path: 'web/new', hint: 'web/**' }],
        moreReasons: 0,
        artifact: '/store/web',
        host: null,
        state: null,
      },
    ],
    warnings: [],
  });
  expect(JSON.stringify(await planTargets(given))).toBe(JSON.stringify(plan));
});

test('who was built from what a dependency is no longer is built again, as when its own build had failed; an older record tells nothing', async () => {
  const { repository, revision } = await builtOnce();
  const proxy: TargetInput = { name: 'proxy', attr: attrOf('proxy'), hints: ['proxy/**'], inputs: [], dependsOn: ['web'] };
  const given = input(repository, proxy, web);
  const built = { revision, attr: 'packages.x86_64-linux.proxy', artifact: '/p', drvPath: '/p.drv', at: 'then', log: null };
  const reasonsWith = async (dependencies?: Readonly<Record<string, string | null>>) => {
    await changeTargetRecord(repository.host, 'default', { name: 'proxy', system: 'x86_64-linux' }, (record) => ({
      ...record,
      built: { ...built, dependencies },
    }));
    return await reasons(given);
  };
  expect(await reasonsWith({ web: '/store/web' })).toEqual([[], []]);
  expect(await reasonsWith()).toEqual([[], []]);
  const again = [[{ kind: 'dependency', path: null, hint: 'web' }], []];
  expect(await reasonsWith({ web: '/store/web-of-before' })).toEqual(again);
  expect(await reasonsWith({ web: null })).toEqual(again);
  expect(await reasons({ ...given, since: revision })).toEqual([[], []]);
});

test('a rename is told from both sides, and a path with a line break is one path', async () => {
  const { repository } = await builtOnce();
  repository.git(['mv', 'web/index.html', 'web/start\nhere.html']);
  repository.commit();
  const within = await reasons(input(repository, web));
  expect(within).toEqual([[{ kind: 'renamed', path: 'web/start\nhere.html', hint: 'web/**', other: 'web/index.html' }]]);
  repository.git(['mv', 'web/start\nhere.html', 'elsewhere.html']);
  repository.commit();
  const away = await reasons(input(repository, web));
  expect(away).toEqual([[{ kind: 'moved-away', path: 'web/index.html', hint: 'web/**', other: 'elsewhere.html' }]]);
});

test('what is gone, and what may be run since, are told as that; in which order targets are declared is no matter', async () => {
  const { repository, revision } = await builtOnce();
  repository.write('web/run.sh', '');
  repository.commit();
  rmSync(join(repository.root, 'web/index.html'));
  chmodSync(join(repository.root, 'web/run.sh'), 0o755);
  const since = repository.git(['rev-parse', 'HEAD']).trim();
  repository.commit();
  const data: TargetInput = { ...web, name: 'data', attr: attrOf('data'), hints: ['web/*.html'] };
  const gone = { kind: 'deleted', path: 'web/index.html' };
  expect(await reasons({ ...input(repository, web, data), since })).toEqual([
    [{ ...gone, hint: 'web/*.html' }],
    [
      { ...gone, hint: 'web/**' },
      { kind: 'changed', path: 'web/run.sh', hint: 'web/**' },
    ],
  ]);
  const plans = await Promise.all(
    [
      [web, data],
      [data, web],
    ].map((order) => planTargets({ ...input(repository, ...order), since: revision })),
  );
  expect(JSON.stringify(plans[0])).toBe(JSON.stringify(plans[1]));
});

test('only commits count: what is staged is not looked at, nor an index that cannot be read', async () => {
  const { repository } = await builtOnce();
  repository.write('web/index.html', 'changed');
  repository.commit();
  const before = await reasons(input(repository, web));
  expect(before).toEqual([[{ kind: 'changed', path: 'web/index.html', hint: 'web/**' }]]);
  repository.write('web/staged.html', '');
  repository.git(['add', '--all']);
  expect(await reasons(input(repository, web))).toEqual(before);
  writeFileSync(join(repository.root, '.git/index'), 'damaged');
  expect(await reasons(input(repository, web))).toEqual(before);
});

test('a submodule whose commits are not here marks whoever reaches into it, and nobody else', async () => {
  const { repository } = await builtOnce();
  const link = (id: string): void =>
    void repository.git(['update-index', '--add', '--cacheinfo', `160000,${id.repeat(40)},vendor/lib`]);
  link('1');
  repository.git(['commit', '--quiet', '--message=x']);
  const since = repository.git(['rev-parse', 'HEAD']).trim();
  link('2');
  repository.git(['commit', '--quiet', '--message=y']);
  const targets = [
    { ...web, name: 'inside', hints: ['vendor/lib/src/**'] },
    { ...web, name: 'below', hints: ['vendor/*/docs'] },
    { ...web, name: 'beside', hints: ['vendor/other/**'] },
  ];
  const plan = await planTargets({ ...input(repository, ...targets), since });
  expect(plan.targets.map(({ name, reasons: all }) => [name, all])).toEqual([
    ['below', [{ kind: 'submodule', path: 'vendor/lib', hint: 'vendor/*/docs' }]],
    ['beside', []],
    ['inside', [{ kind: 'submodule', path: 'vendor/lib', hint: 'vendor/lib/src/**' }]],
  ]);
});

test('an input that the lock does not have counts as unknown, and is a warning', async () => {
  const { repository } = await builtOnce();
  const lock = (rev: string): string =>
    JSON.stringify({
      nodes: { root: { inputs: { nixpkgs: 'nixpkgs' } }, nixpkgs: { locked: { rev } } },
      root: 'root',
      version: 7,
    });
  repository.write('flake.lock', lock('1'));
  const since = repository.commit();
  repository.write('flake.lock', lock('2'));
  repository.commit();
  const declared = [
    { ...web, name: 'misspelt', inputs: ['nixpgks'] },
    { ...web, name: 'none', inputs: [] },
  ];
  const plan = await planTargets({ ...input(repository, ...declared), since });
  expect(plan.targets.map(({ rebuild }) => rebuild)).toEqual([true, false]);
  expect(plan.warnings).toEqual([expect.stringContaining('Did you mean `nixpkgs`?')]);
  repository.write('flake.lock', '<<<<<<< a conflict');
  repository.commit();
  const broken = await planTargets({ ...input(repository, ...declared), since });
  expect(broken.targets.map(({ reasons: all }) => all.map(({ kind }) => kind))).toEqual([['flake-lock'], ['flake-lock']]);
});

test.each(['--output=stolen', '-p', 'HEAD\nHEAD', 'no-such-branch', '', ':/nothing', '--', 'HEAD^{tree}'])(
  'the revision %j is not taken for an option or a command',
  async (since) => {
    const { repository } = await builtOnce();
    await expect(planTargets({ ...input(repository, web), since })).rejects.toMatchObject({ code: 'ROTA_TARGET_REVISION' });
    expect(repository.git(['status', '--porcelain'])).toBe('');
  },
);

test('a revision that is gone means a rebuild; a folder without a repository is an error', async () => {
  const { repository } = await builtOnce();
  const elsewhere = targetRepository();
  elsewhere.write('web/x', 'y');
  elsewhere.commit();
  const foreign = { ...input(elsewhere, web), host: repository.host };
  expect(await reasons(foreign)).toEqual([[{ kind: 'history', path: null, hint: null }]]);
  const bare = join(repository.scratch, 'no-repository');
  mkdirSync(bare);
  await expect(planTargets({ ...foreign, baseDir: bare })).rejects.toMatchObject({ code: 'ROTA_TARGET_REPOSITORY' });
});

test('a record that cannot be read is an error with the remedy, never an empty one', async () => {
  const { repository } = await builtOnce();
  writeFileSync(targetLayout(repository.host.stateDir, 'default').records, '{"formatVersion": 1, "rec');
  await expect(planTargets(input(repository, web))).rejects.toMatchObject({
    code: 'ROTA_STATE_DAMAGED',
    suggestions: [expect.stringContaining('Remove the file')],
  });
});

test('systems come from the option, the variable of the target, the general one, the machine', async () => {
  const { repository } = await builtOnce();
  const own: TargetInput = { ...web, systemEnv: 'NIX_HA_TARGET' };
  const systems = async (given: Partial<PlanTargetsInput>, env: Readonly<Record<string, string>> = {}) => {
    const host = repository.hostWith(
      env,
      given.host === undefined ? {} : { platform: given.host.platform, arch: given.host.arch },
    );
    return (await planTargets({ ...input(repository, own), ...given, host })).targets.map(({ system }) => system);
  };
  expect(await systems({})).toEqual(['x86_64-linux']);
  // macOS is faked: services run on Linux whatever they are built from.
  expect(await systems({ host: repository.hostWith({}, { platform: 'darwin', arch: 'arm64' }) })).toEqual(['aarch64-linux']);
  expect(await systems({}, { ROTA_TARGET_SYSTEM: 'riscv64-linux' })).toEqual(['riscv64-linux']);
  expect(await systems({}, { ROTA_TARGET_SYSTEM: 'riscv64-linux', NIX_HA_TARGET: 'aarch64-linux' })).toEqual(['aarch64-linux']);
  expect(await systems({ systems: ['x86_64-linux'] }, { NIX_HA_TARGET: 'aarch64-linux' })).toEqual(['x86_64-linux']);
  expect(await systems({ systems: 'all' })).toEqual(['aarch64-linux', 'x86_64-linux']);
  const unsupported = await planTargets({ ...input(repository, own), systems: ['riscv64-linux'] });
  expect(unsupported.targets).toMatchObject([{ attr: null, rebuild: false, reasons: [{ kind: 'unsupported-system' }] }]);
});

test('a list or all is what is built, whatever changed; the matrix has one job for each', async () => {
  const { repository } = await builtOnce();
  const given = { ...input(repository, web, { ...web, name: 'data', attr: attrOf('data') }), systems: 'all' as const };
  const only = await planTargets({ ...given, only: ['data'] });
  expect(only.targets.filter(({ rebuild }) => rebuild).map(({ name }) => name)).toEqual(['data', 'data']);
  expect(githubMatrix(only)).toEqual({
    include: [
      { target: 'data', system: 'aarch64-linux', attr: 'packages.aarch64-linux.data', runner: 'ubuntu-24.04-arm' },
      { target: 'data', system: 'x86_64-linux', attr: 'packages.x86_64-linux.data', runner: 'ubuntu-latest' },
    ],
  });
  expect((await planTargets({ ...given, all: true })).targets.every(({ rebuild }) => rebuild)).toBe(true);
  await expect(planTargets({ ...given, names: ['wbe'] })).rejects.toMatchObject({
    code: 'ROTA_TARGET_UNKNOWN',
    suggestions: ['web'],
  });
});

test('more reasons than anybody reads are counted', async () => {
  const { repository, revision } = await builtOnce();
  for (let index = 0; index < 1200; index += 1) repository.write(`web/${index}`, `${index}`);
  repository.commit();
  const { targets } = await planTargets({ ...input(repository, web), since: revision });
  expect([targets[0]?.reasons.length, targets[0]?.moreReasons]).toEqual([1000, 200]);
});
