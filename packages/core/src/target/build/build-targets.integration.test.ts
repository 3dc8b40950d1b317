import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterFile, commandPart, repositoryRoot, requirePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { elsewhere, here, type NixRegistry, nixRegistry, service } from '../nix-registry.test-support.ts';
import { planTargets } from '../plan/plan-targets.ts';
import { targetLayout } from '../target-layout.ts';
import { type BuildTargetsInput, buildTargets } from './build-targets.ts';
import { checkHints } from './check-hints.ts';
import type { TargetBuild } from './target-build.ts';

// With real nix, offline. Nothing here needs a scheduler; it stands with the integration tests because nix keeps a processor busy.
const describeWithNix = requirePart(commandPart('nix', 'nix-bin'), commandPart('git'));
const patience = 300_000;

const byName = (targets: readonly TargetBuild[]) => Object.fromEntries(targets.map((target) => [target.name, target]));

describeWithNix('building targets', () => {
  test(
    'builds what the plan says, records artifact, revision and log, and then has nothing to do',
    async () => {
      const registry = nixRegistry(['web', 'data']);
      const input = registry.input(service('web'), service('data'));
      const first = await buildTargets(input);
      expect(first.targets.map(({ name, status }) => [name, status])).toEqual([
        ['data', 'built'],
        ['web', 'built'],
      ]);
      const web = byName(first.targets).web;
      expect(readFileSync(join(web?.artifact ?? '', 'main'), 'utf8')).toBe('web');
      expect(readFileSync(web?.log ?? '', 'utf8')).toMatch(/nix-store --realise .*web\.drv[\s\S]*building/);
      const keep = targetLayout(registry.host.stateDir, 'default').keep('web', here, 'built');
      expect(readlinkSync(keep)).toBe(web?.artifact);

      expect((await buildTargets(input)).targets).toEqual([]);
      registry.change('web', 'main', 'web 2');
      const second = await buildTargets(input);
      expect(second.targets).toMatchObject([{ name: 'web', status: 'built', previous: web?.artifact, staleHint: false }]);
      expect((await planTargets(input)).targets.map(({ rebuild }) => rebuild)).toEqual([false, false]);
      // Named, it is built whatever changed; nix has it already.
      expect((await buildTargets({ ...input, names: ['web'] })).targets).toMatchObject([{ status: 'unchanged' }]);
    },
    patience,
  );

  test(
    'one that fails loses no other; who is built from it is skipped, and each says why; as many at a time as are allowed',
    async () => {
      const registry = nixRegistry(['good', 'bad', 'above']);
      registry.change('bad', 'fail', 'yes');
      const targets = [service('good'), service('bad'), service('above', { dependsOn: ['bad'] }), service('missing')];
      const running = new Set<string>();
      const most: number[] = [];
      const onProgress: BuildTargetsInput['onProgress'] = ({ name, status }) => {
        if (status === 'begun') running.add(name);
        else running.delete(name);
        most.push(running.size);
      };
      const built = byName((await buildTargets({ ...registry.input(...targets), jobs: 2, onProgress })).targets);
      expect(Math.max(...most)).toBe(2);
      expect(built.good).toMatchObject({ status: 'built', failure: null });
      expect(built.bad).toMatchObject({ status: 'failed', artifact: null, failure: { kind: 'build' } });
      expect(readFileSync(built.bad?.log ?? '', 'utf8')).toContain('the compiler says no');
      expect(built.above).toMatchObject({ status: 'skipped', failure: { kind: 'dependency' } });
      expect(built.missing).toMatchObject({ status: 'failed', failure: { kind: 'configuration' } });
      const plan = await planTargets(registry.input(...targets));
      expect(plan.targets.filter(({ rebuild }) => !rebuild).map(({ name }) => name)).toEqual(['good']);
    },
    patience,
  );

  test(
    'who is built from a target that was built alone is built again by the next one',
    async () => {
      const registry = nixRegistry(['data', 'web', 'site']);
      const input = registry.input(
        service('data'),
        service('web', { dependsOn: ['data'] }),
        service('site', { dependsOn: ['web'] }),
      );
      await buildTargets(input);
      registry.change('data', 'main', 'data 2');
      expect((await buildTargets({ ...input, names: ['data'] })).targets).toMatchObject([{ name: 'data', status: 'built' }]);
      const reasonsByName = async () =>
        Object.fromEntries((await planTargets(input)).targets.map(({ name, reasons }) => [name, reasons]));
      expect(await reasonsByName()).toEqual({
        data: [],
        web: [{ kind: 'dependency', path: null, hint: 'data' }],
        site: [{ kind: 'dependency', path: null, hint: 'web' }],
      });
      await buildTargets(input);
      expect(await reasonsByName()).toEqual({ data: [], web: [], site: [] });
    },
    patience,
  );

  test(
    'a system without a builder, and one that the target lacks, are reported',
    async () => {
      const registry = nixRegistry(['web']);
      const input = { ...registry.input(service('web')), systems: [here, elsewhere, 'riscv64-linux'] };
      const { targets } = await buildTargets(input);
      expect(targets.map(({ system, status, failure }) => [system, status, failure?.kind])).toEqual(
        [
          [elsewhere, 'failed', 'no-builder'],
          [here, 'built', undefined],
          ['riscv64-linux', 'unsupported', undefined],
        ].toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
      );
    },
    patience,
  );

  test(
    'a hint that lacks something is found, by building and by asking nix alone',
    async () => {
      const registry = nixRegistry(['web', 'data']);
      const input = registry.input(service('web', { hints: ['services/web/main'] }), service('data'));
      const before = byName((await buildTargets(input)).targets);
      registry.change('web', 'forgotten', 'new');
      const plan = await planTargets(input);
      expect(plan.targets.map(({ rebuild }) => rebuild)).toEqual([false, false]);
      const checked = await checkHints(input, plan);
      expect(checked.targets.map(({ name, rebuild, reasons }) => [name, rebuild, reasons.map(({ kind }) => kind)])).toEqual([
        ['data', false, []],
        ['web', true, ['stale-hint']],
      ]);
      const built = byName((await buildTargets({ ...input, all: true })).targets);
      expect(built.web).toMatchObject({ status: 'built', staleHint: true, previous: before.web?.artifact });
      expect(built.data).toMatchObject({ status: 'unchanged', staleHint: false });
    },
    patience,
  );

  test(
    'what is not committed is not built, and a build that is too long or interrupted ends',
    async () => {
      const registry = nixRegistry(['web', 'slow']);
      registry.change('slow', 'slow', '600');
      registry.repository.write('services/web/main', 'not committed');
      const input = registry.input(service('web'), service('slow', { timeout: '3s' }));
      const built = byName((await buildTargets(input)).targets);
      expect(readFileSync(join(built.web?.artifact ?? '', 'main'), 'utf8')).toBe('web');
      expect(built.slow).toMatchObject({ status: 'failed', failure: { kind: 'timeout' } });

      const controller = new AbortController();
      const patient = { ...registry.input(service('slow')), signal: controller.signal };
      const waiting = buildTargets(patient);
      await expect
        .poll(() => logsOf(registry, 'slow').some((text) => text.includes('taking its time')), { timeout: 60_000 })
        .toBe(true);
      controller.abort();
      expect((await waiting).targets).toMatchObject([{ status: 'failed', failure: { kind: 'interrupted' } }]);
    },
    patience,
  );

  test(
    'two builds of one target at once both end well, and a build that was killed is simply built again',
    async () => {
      const registry = nixRegistry(['web']);
      registry.change('web', 'slow', '1');
      const both = await Promise.all([actor(registry, 'web').ended, actor(registry, 'web').ended]);
      const results = both.map(({ stdout }) => JSON.parse(stdout) as TargetBuild);
      expect(results.map(({ status }) => status).filter((status) => status !== 'built' && status !== 'unchanged')).toEqual([]);
      expect(new Set(results.map(({ artifact }) => artifact)).size).toBe(1);

      registry.change('web', 'slow', '3');
      const { child, ended } = actor(registry, 'web');
      await expect.poll(() => logsOf(registry, 'web').at(-1)?.includes('taking its time'), { timeout: 60_000 }).toBe(true);
      child.kill('SIGKILL');
      await ended;
      const input = registry.input(service('web'));
      expect((await planTargets(input)).targets).toMatchObject([{ rebuild: true, artifact: results[0]?.artifact }]);
      expect((await buildTargets(input)).targets).toMatchObject([{ status: 'built' }]);
      expect((await planTargets(input)).targets).toMatchObject([{ rebuild: false }]);
    },
    patience,
  );

  test(
    'over random changes a plan says rebuild exactly when nix would make another artifact',
    async () => {
      const services = ['a', 'b', 'c'];
      const registry = nixRegistry(services);
      // A service of which nothing is left would be no target of the flake.
      for (const name of services) registry.change(name, 'kept', name);
      const input = registry.input(...services.map((name) => service(name, { inputs: [] })));
      await buildTargets(input);
      for (let round = 0; round < (process.env.ROTA_LONG === '1' ? 60 : 8); round += 1) {
        const changed = services[(round * 7) % 3] ?? 'a';
        if (round % 4 === 3) registry.repository.write('README.md', `${round}`);
        registry.change(changed, ['main', 'other', 'deep/er'][round % 3] ?? 'main', round % 5 === 4 ? '' : `content ${round}`);
        const plan = await planTargets(input);
        const planned = plan.targets.filter(({ rebuild }) => rebuild).map(({ name }) => name);
        const built = await buildTargets({ ...input, all: true });
        expect(built.targets.filter(({ status }) => status === 'built').map(({ name }) => name)).toEqual(planned);
        expect(built.targets.some(({ staleHint }) => staleHint)).toBe(false);
      }
    },
    patience,
  );
});

function logsOf({ host }: NixRegistry, name: string): readonly string[] {
  const folder = targetLayout(host.stateDir, 'default').logs(name, here);
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((file) => readFileSync(join(folder, file), 'utf8'))
    : [];
}

/** A build in a process of its own. */
function actor({ repository, nix, host }: NixRegistry, name: string) {
  const script = fileURLToPath(new URL('../build-actor.test-support.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'jiti/register', script, repository.root, host.stateDir, name], {
    cwd: repositoryRoot,
    env: { ...process.env, ...nix.env, JITI_FS_CACHE: 'false', GIT_CONFIG_GLOBAL: '/dev/null' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterFile(() => void child.kill('SIGKILL'));
  const ended = new Promise<{ readonly stdout: string }>((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 || child.killed ? resolve({ stdout }) : reject(new Error(`ended with ${code}: ${stderr}`)),
    );
  });
  return { child, ended };
}
