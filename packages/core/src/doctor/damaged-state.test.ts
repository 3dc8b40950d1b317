import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderBackend } from '../apply/folder-backend.fixture.ts';
import { declarationOf } from '../config/declaration-of.ts';
import { createRota } from '../face/create-rota.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';
import { diagnose } from './diagnose.ts';
import { doctorHost } from './doctor-host.test-support.ts';
import { repairState } from './repair-state.ts';

let root: string;
beforeEach(async () => {
  root = temporaryFolder();
  for (const name of ['machine', 'home']) mkdirSync(join(root, name));
  await apply('default', ['one', 'two']);
  await apply('default', ['one', 'two', 'three']);
  await apply('other', ['broken'], '/nowhere/program');
});

const state = () => join(root, 'state');
const host = () => doctorHost(root);
const folder = () => folderBackend('folder', join(root, 'machine'));

async function plan(namespace: string, names: readonly string[], command: string, repair = false) {
  const rota = createRota({ host: host(), backends: [folder()], namespace });
  const jobs = names.map((name) => ({ name, schedule: '0 6 * * *', command }));
  const declaration = await declarationOf(jobs, { host: rota.host, source: 'test', tenant: 'acme' });
  return { rota, plan: await rota.plan(declaration, { repair }) };
}
async function apply(namespace: string, names: readonly string[], command = '/bin/true', repair = false): Promise<void> {
  const { rota, plan: planned } = await plan(namespace, names, command, repair);
  await rota.apply(planned);
}

async function told(repair = false): Promise<readonly string[]> {
  const { findings } = await diagnose({ host: host(), backends: [folder()], repair });
  return findings.map(({ severity, code, job, remedy }) => `${severity} ${code}${job ? ` ${job}` : ''}: ${remedy ?? ''}`);
}
const layout = () => namespaceLayout(state(), 'default');
const tear = (file: string): void => truncateSync(file, Math.floor(readFileSync(file).length / 2));
/** What is wrong in the other namespace, and has to be heard whatever became of the state. */
const theOther = expect.stringMatching(/^error command\.missing acme\/broken: Install/);
const withRepair = expect.stringMatching(/^error state\.damaged: .*rota doctor --repair$/);

describe('a file of the state that cannot be read is a finding, hides none of the others, and is set aside by a repair:', () => {
  it.each<[string, () => string, number | null]>([
    ['a generation that was torn', () => join(layout().generations, '2.json'), 1],
    ['a namespace record that was torn', () => layout().record, 2],
    ['a journal that was torn', () => layout().journal, 2],
  ])('%s', async (_, place, generation) => {
    const file = place();
    if (!existsSync(file)) writeFileSync(file, '{"formatVersion":1,"steps":[]}');
    tear(file);
    const bytes = readFileSync(file, 'utf8');
    expect(await told()).toEqual(expect.arrayContaining([withRepair, theOther]));
    const after = await told(true);
    expect(after).toContainEqual(theOther);
    expect(after.join()).not.toContain('state.damaged');
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe(bytes);
    expect(readNamespaceRecord(host().files, layout())?.current).toBe(generation);
    // And the next apply makes of it what is declared, without losing an entry.
    await apply('default', ['one', 'two', 'three'], '/bin/true', true);
    expect((await plan('default', ['one', 'two', 'three'], '/bin/true')).plan.summary.unchanged).toBe(3);
    expect(await told()).toEqual([theOther]);
  });

  it('a journal, with what may have been half done', async () => {
    writeFileSync(layout().journal, 'torn');
    expect((await repairState(host(), 'default')).join()).toMatch(
      /journal\.json\.damaged\); .* stay off, .*`# adopted by rota: `/,
    );
  });

  it.each([
    ['holds something else', () => writeFileSync(join(layout().generations, '2.json'), '{"number":2}')],
    ['is empty', () => writeFileSync(join(layout().generations, '2.json'), '')],
    ['is gone', () => rmSync(join(layout().generations, '2.json'))],
  ])('a generation that %s', async (_, damage) => {
    damage();
    expect(await told()).toEqual(expect.arrayContaining([withRepair, theOther]));
    // What the generation before does not know stands in the scheduler all the same, and is said.
    expect(await told(true)).toEqual([theOther, expect.stringMatching(/^warning entries\.unknown: .*rota apply/)]);
  });

  it('all generations at once', async () => {
    for (const number of [1, 2]) writeFileSync(join(layout().generations, `${number}.json`), 'no JSON');
    expect(await told(true)).toEqual([theOther, expect.stringMatching(/^warning entries\.unknown/)]);
    await apply('default', ['one', 'two', 'three']);
    expect(await told()).toEqual([theOther]);
  });
});

describe('the other files of the state', () => {
  it('the format cannot be read: the jobs are looked at all the same, and nothing is repaired', async () => {
    const file = join(state(), 'format.json');
    tear(file);
    const expected = [expect.stringMatching(/^error state\.damaged: If it is .* remove .*format\.json/), theOther];
    expect(await told()).toEqual(expected);
    expect(await told(true)).toEqual(expected);
    expect(existsSync(`${file}.damaged`)).toBe(false);
  });

  it.each([
    [{ formatVersion: 1, hostId: 'x' }, 'state.foreign: Use a state folder of its own'],
    [{ formatVersion: 99, hostId: 'x' }, 'state.newer: Use the newer Rota'],
  ])('the format is %j: what it says of jobs is not taken for this machine', async (content, expected) => {
    writeFileSync(join(state(), 'format.json'), JSON.stringify(content));
    chmodSync(state(), 0o755);
    for (const repair of [false, true])
      expect(await told(repair)).toEqual([
        expect.stringContaining(expected),
        expect.stringMatching(/^warning state\.open: chmod 700/),
      ]);
  });

  it('the report of maintenance cannot be read, and maintenance writes it anew', async () => {
    const rota = { host: host(), backends: [folder()] };
    const { maintain } = await import('../apply/maintain.ts');
    await maintain(rota.host, rota.backends);
    await apply('rota', ['maintenance']);
    tear(join(state(), 'maintenance.json'));
    expect(await told()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^error state\.damaged: .*rota maintain$/), theOther]),
    );
    await maintain(rota.host, rota.backends);
    expect((await told()).join()).not.toContain('state.damaged');
  });

  it('the status of a sync cannot be read', async () => {
    mkdirSync(join(state(), 'sync/default'), { recursive: true });
    writeFileSync(join(state(), 'sync/default/status.json'), '{');
    expect(await told()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^error state\.damaged: Remove .*status\.json/), theOther]),
    );
  });

  it('the state is gone, and its entries still stand', async () => {
    rmSync(state(), { recursive: true });
    expect(await told()).toEqual([expect.stringMatching(/^error entries\.unknown: If that state was lost: rota apply/)]);
    await apply('default', ['one', 'two', 'three']);
    expect(await told()).toEqual([]);
  });

  it('the state is a file', async () => {
    rmSync(state(), { recursive: true });
    writeFileSync(state(), '');
    expect(await told()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^error state\.no-folder: /), expect.stringMatching(/entries\.unknown/)]),
    );
  });
});

it.skipIf(process.getuid?.() !== 0)('a state that another user owns is a finding for whoever may not read it', async () => {
  chmodSync(root, 0o755);
  const nobody = { ...host(), user: { name: 'nobody', uid: 65_534, home: '/' } };
  // Root may read everything.
  process.seteuid?.(65_534);
  const { findings, ok } = await diagnose({ host: nobody, backends: [folder()] }).finally(() => process.seteuid?.(0));
  expect(ok).toBe(false);
  const remedies = Object.fromEntries(findings.map(({ code, remedy }) => [code, remedy]));
  const chown = `sudo chown -R nobody ${state()}`;
  expect(remedies).toMatchObject({ 'state.unreadable': expect.stringContaining(chown), 'state.owner': chown });
});

it('nothing is changed without --repair', async () => {
  tear(layout().record);
  cpSync(state(), join(root, 'before'), { recursive: true });
  await told();
  const { status } = spawnSync('diff', ['-r', state(), join(root, 'before')]);
  expect(status).toBe(0);
});
