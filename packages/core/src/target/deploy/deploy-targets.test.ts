import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planTargets } from '../plan/plan-targets.ts';
import type { TargetInput } from '../target-input.ts';
import { changeTargetRecord, readTargetRecords } from '../target-records.ts';
import { attrOf, type TargetRepository, targetRepository } from '../target-repository.test-support.ts';
import { type DeployTargetsInput, deployTargets, markDeployed } from './deploy-targets.ts';
import type { Deployer } from './deployer.ts';

const system = 'x86_64-linux';

/** Deploys with real commands: what runs is what a file says. */
function web(repository: TargetRepository, more: Partial<NonNullable<TargetInput['deployment']>> = {}): TargetInput {
  const place = join(repository.scratch, 'running');
  return {
    name: 'web',
    attr: attrOf('web'),
    hints: ['web/**'],
    inputs: [],
    deployment: {
      mode: 'command',
      host: 'web1',
      deploy: ['/bin/sh', '-c', `printf '%s %s' "$ROTA_HOST" "$ROTA_ARTIFACT" > ${place}`],
      deployed: ['/bin/sh', '-c', `cut -d' ' -f2 ${place} 2>/dev/null || true`],
      ...more,
    },
  };
}

async function place(more: Partial<NonNullable<TargetInput['deployment']>> = {}) {
  const repository = targetRepository();
  repository.write('web/x', 'y');
  repository.commit();
  const targets = repository.targets(web(repository, more));
  const input: DeployTargetsInput = { host: repository.host, namespace: 'default', baseDir: repository.root, targets };
  const build = async (artifact: string): Promise<void> => {
    const revision = repository.commit();
    const built = { revision, attr: `packages.${system}.web`, artifact, drvPath: '/x.drv', at: 'then', log: null };
    await changeTargetRecord(repository.host, 'default', { name: 'web', system }, (record) => ({ ...record, built }));
  };
  const running = (): string =>
    existsSync(join(repository.scratch, 'running')) ? readFileSync(join(repository.scratch, 'running'), 'utf8') : '';
  const planned = async () =>
    (await planTargets(input)).targets.map(({ rebuild, deploy, reasons }) => [rebuild, deploy, reasons.map(({ kind }) => kind)]);
  return { repository, input, build, running, planned };
}

const statuses = async (input: DeployTargetsInput) => (await deployTargets(input)).targets.map(({ status }) => status);

test('deploys what was built once, says so beforehand, and has nothing to do afterwards', async () => {
  const { input, build, running, planned } = await place();
  expect(await statuses(input)).toEqual(['needs-build']);
  await build('/store/1');
  expect(await planned()).toEqual([[false, true, ['undeployed']]]);
  const dry = await deployTargets({ ...input, dryRun: true });
  expect(dry.targets).toMatchObject([{ status: 'planned', steps: [{ command: ['/bin/sh', '-c', expect.any(String)] }] }]);
  expect(running()).toBe('');
  expect(await planned()).toEqual([[false, true, ['undeployed']]]);
  expect(await statuses(input)).toEqual(['deployed']);
  expect(running()).toBe('web1 /store/1');
  expect(await planned()).toEqual([[false, false, []]]);
  expect(await statuses(input)).toEqual(['current']);
});

test('what has changed since it was built is not deployed', async () => {
  const { repository, input, build, running } = await place();
  await build('/store/1');
  repository.write('web/x', 'changed');
  repository.commit();
  expect(await statuses(input)).toEqual(['needs-build']);
  expect(running()).toBe('');
});

test('a deployment that fails leaves the record of what runs, and the next plan deploys again', async () => {
  const { repository, input, build, planned } = await place();
  await build('/store/1');
  await deployTargets(input);
  await build('/store/2');
  const broken = repository.targets(web(repository, { deploy: ['/bin/sh', '-c', 'echo no room >&2; exit 7'] }));
  const { targets } = await deployTargets({ ...input, targets: broken });
  expect(targets).toMatchObject([{ status: 'failed', failure: expect.stringMatching(/ended with 7: no room/) }]);
  const record = readTargetRecords(repository.host, 'default').get(`web@${system}`);
  expect(record?.deployed).toMatchObject([{ host: 'web1', artifact: '/store/1', interrupted: false }]);
  expect(await planned()).toEqual([[false, true, ['undeployed']]]);
});

test('a deployment that was cut off is deployed again', async () => {
  const { input, build, planned } = await place({ deployed: undefined });
  await build('/store/1');
  const cutOff: Deployer = {
    plan: async () => [],
    deploy: async () => Promise.reject(new Error('killed')),
    deployed: async () => undefined,
  };
  await deployTargets({ ...input, deployers: { command: cutOff } });
  expect(await planned()).toEqual([[false, true, ['deploy-interrupted']]]);
  expect(await statuses(input)).toEqual(['deployed']);
});

test('what was deployed by hand is told, and counts', async () => {
  const { input, build, planned } = await place({ deployed: undefined });
  const mark = { ...input, name: 'web', system };
  await expect(markDeployed(mark)).rejects.toMatchObject({ code: 'ROTA_TARGET_NOT_BUILT' });
  await build('/store/1');
  expect(await markDeployed(mark)).toEqual({ formatVersion: 1, name: 'web', system, host: 'web1', artifact: '/store/1' });
  expect(await planned()).toEqual([[false, false, []]]);
  await markDeployed({ ...mark, artifact: '/store/0' });
  expect(await planned()).toEqual([[false, true, ['undeployed']]]);
});

test('a mode of a plugin is used, one that nobody has is refused by name', async () => {
  const { input, build } = await place({ mode: 'nomad' });
  await build('/store/1');
  await expect(deployTargets(input)).rejects.toMatchObject({
    code: 'ROTA_TARGET_DEPLOY',
    message: expect.stringContaining('"nomad"'),
  });
  const seen: string[] = [];
  const nomad: Deployer = {
    plan: async () => [{ description: 'Submit the job' }],
    deploy: async ({ artifact, on }) => void seen.push(`${artifact} ${on}`),
    deployed: async () => null,
  };
  expect(await statuses({ ...input, deployers: { nomad } })).toEqual(['deployed']);
  expect(seen).toEqual(['/store/1 web1']);
});

test('docker refuses a target of another host that names no daemon', async () => {
  const { input, build } = await place({ mode: 'docker', container: 'web' });
  await build('/store/1');
  const { targets } = await deployTargets({ ...input, dryRun: true });
  expect(targets).toMatchObject([{ status: 'failed', failure: expect.stringContaining('ssh://web1') }]);
});

test('a state that cannot be written fails before anything is deployed', async () => {
  const { repository, input, build, running } = await place();
  await build('/store/1');
  writeFileSync(join(repository.host.stateDir, 'format.json'), '{"formatVersion": 99, "hostId": "x"}');
  await expect(deployTargets(input)).rejects.toMatchObject({ code: 'ROTA_STATE_NEWER' });
  expect(running()).toBe('');
});
