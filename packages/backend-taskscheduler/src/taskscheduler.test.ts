import { type Artifact, type BackendChange, createHost, createRota, declarationOf, type Host, nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { detect } from './detect.ts';
import { compileInput } from './job.fixture.ts';
import { type FakeScheduler, fakeScheduler, me } from './service/fake-scheduler.fixture.ts';
import { powerShellScript } from './service/power-shell-script.ts';
import { taskscheduler } from './taskscheduler.ts';
import { transcripts } from './testing/transcripts.fixture.ts';

const backend = taskscheduler();
const dialect = { name: 'taskscheduler', version: 1.4 };
const now = Date.UTC(2026, 10, 21) / 1000;

function artifact(name: string, expression = '0 4 * * *', paused = false): Artifact {
  return backend.compile(compileInput({ name, paused, trigger: { kind: 'schedule', expression, timezone: 'UTC' } })).artifact;
}

function change(name: string, after: Artifact | null, before: Artifact | null = null): BackendChange {
  return { tenant: 'acme', name, before, after, handledUntil: now };
}

type Windows = NonNullable<Parameters<typeof fakeScheduler>[1]>;

function windows(options: Windows = {}): { host: Host; scheduler: FakeScheduler } {
  const scheduler = fakeScheduler(nodeFiles.readBytes, options);
  const user = { name: 'Ann', uid: 0, home: 'C:\\Users\\Ann' };
  const host = createHost({ platform: 'win32', user, stateDir: temporaryFolder(), timezone: 'UTC', run: scheduler.run });
  return { host, scheduler };
}

const apply = (host: Host, changes: readonly BackendChange[]) => backend.apply(host, { namespace: 'default', changes, dialect });
const list = (host: Host, expected: Record<string, Artifact> = {}) =>
  backend.list(host, { namespace: 'default', expected: new Map(Object.entries(expected)) });

// What real machines printed, in its source's language; here it comes with success and failure alike, so nothing can be decided by it.
const languages: readonly (readonly [string, Windows])[] = [
  ['PowerShell', {}],
  ...transcripts.map(
    ({ language, source, says }) => [`schtasks in ${language} (${source})`, { powershell: false, says }] as const,
  ),
];

describe.each(languages)('a Task Scheduler that keeps XML, through %s', (_, options) => {
  test('takes a batch, lists it without drift, takes it away', async () => {
    const { host, scheduler } = windows(options);
    const [one, two] = [artifact('one'), artifact('two', '*/7 9-17 * * 1-5')];
    await apply(host, [change('one', one), change('two', two)]);
    expect([...scheduler.tasks.keys()]).toEqual(['\\Rota\\default\\acme\\one', '\\Rota\\default\\acme\\two']);
    expect(await list(host, { 'acme/one': one, 'acme/two': two })).toEqual([
      { tenant: 'acme', name: 'one', digest: one.digest, active: true, drift: [] },
      { tenant: 'acme', name: 'two', digest: two.digest, active: true, drift: [] },
    ]);
    await apply(host, [change('one', null, one), change('two', null, two)]);
    expect(scheduler.tasks.size).toBe(0);
    // A crash may repeat the batch.
    await apply(host, [change('one', null, one)]);
    expect(await list(host)).toEqual([]);
  });

  test('replaces a task in place', async () => {
    const { host, scheduler } = windows(options);
    const [before, after] = [artifact('one'), artifact('one', '0 5 * * *', true)];
    await apply(host, [change('one', before)]);
    scheduler.calls.length = 0;
    await apply(host, [change('one', after, before)]);
    expect(scheduler.calls.some((call) => call.includes('delete'))).toBe(false);
    expect(await list(host, { 'acme/one': after })).toMatchObject([{ digest: after.digest, active: false, drift: [] }]);
  });

  test('is as before when one task of a batch is refused', async () => {
    const { host, scheduler } = windows(options);
    const [kept, changed] = [artifact('kept'), artifact('kept', '0 9 * * *')];
    await apply(host, [change('kept', kept)]);
    const before = new Map(scheduler.tasks);
    scheduler.failing.set('\\Rota\\default\\acme\\new', 0x80070005);
    await expect(apply(host, [change('kept', changed, kept), change('new', artifact('new'))])).rejects.toMatchObject({
      code: 'ROTA_APPLY_FAILED',
      message: expect.stringContaining('as before'),
    });
    const drift = await list(host, { 'acme/kept': kept });
    expect(drift).toMatchObject([{ name: 'kept', digest: kept.digest, drift: [] }]);
    expect([...scheduler.tasks.keys()]).toEqual([...before.keys()]);
  });

  test.each([
    ['<Priority>5</Priority>', '<Priority>7</Priority>', 'edited', 'Settings/Priority is the default, was "5"'],
    ['T04:00:00Z<', 'T05:00:00Z<', 'edited', 'the triggers were changed'],
    ['restic.exe', 'other.exe', 'edited', 'Actions/Exec/Command is'],
    ['<Enabled>true</Enabled></Settings>', '', 'disabled', ''],
  ] as const)('sees that %s became %s', async (from, to, kind, detail) => {
    const { host, scheduler } = windows(options);
    const one = artifact('one');
    await apply(host, [change('one', one)]);
    const [[path = '', xml = ''] = []] = [...scheduler.tasks];
    const edited = kind === 'disabled' ? xml.replace(/(<Settings>[\s\S]*?<Enabled>)true/, '$1false') : xml.replace(from, to);
    expect(edited).not.toBe(xml);
    scheduler.tasks.set(path, edited);
    const [found] = await list(host, { 'acme/one': one });
    expect(found?.drift).toHaveLength(1);
    expect(found?.drift[0]).toMatchObject({ kind, detail: expect.stringContaining(detail) });
    expect(found?.active).toBe(kind !== 'disabled');
  });

  test('waits for the logon of whoever applies, and of nobody else, without drift', async () => {
    const { host, scheduler } = windows(options);
    const one = backend.compile(compileInput({ name: 'one', trigger: { kind: 'login' } })).artifact;
    await apply(host, [change('one', one)]);
    const path = '\\Rota\\default\\acme\\one';
    const xml = scheduler.tasks.get(path) ?? '';
    expect(xml).toMatch(new RegExp(`<LogonTrigger>.*<UserId>${me.sid}</UserId>.*</LogonTrigger>`, 's'));
    expect(await list(host, { 'acme/one': one })).toMatchObject([{ drift: [] }]);
    scheduler.tasks.set(path, xml.replace(/(<LogonTrigger>[\s\S]*?)<UserId>[^<]*<\/UserId>/, '$1'));
    expect(await list(host, { 'acme/one': one })).toMatchObject([{ drift: [{ kind: 'edited' }] }]);
  });

  test('says that a task under its folder is foreign, and leaves others out', async () => {
    const { host, scheduler } = windows(options);
    await apply(host, [change('one', artifact('one'))]);
    const foreign = '<Task><Triggers /><Actions><Exec><Command>x</Command></Exec></Actions></Task>';
    scheduler.tasks.set('\\Rota\\default\\acme\\mine', foreign);
    scheduler.tasks.set('\\Microsoft\\Windows\\Defrag\\ScheduledDefrag', foreign);
    expect(await list(host)).toMatchObject([{ name: 'one' }, { name: 'mine', drift: [{ kind: 'foreign' }] }]);
    expect(await backend.inventory?.(host)).toMatchObject([
      { id: '\\Rota\\default\\acme\\mine' },
      { id: '\\Microsoft\\Windows\\Defrag\\ScheduledDefrag', notAdoptable: 'It belongs to Windows.' },
    ]);
  });
});

describe.each(languages)("another user's task of the same name, through %s", (_, options) => {
  const bob = 'S-1-5-21-1004336348-1177238915-682003330-1002';
  const path = '\\Rota\\default\\acme\\one';
  const bobs = async () => {
    const { host, scheduler } = windows(options);
    const elsewhere = compileInput({ name: 'one' });
    const input = { ...elsewhere, launcher: elsewhere.launcher.replace('Ann', 'Bob'), launchFile: 'C:\\Users\\Bob\\launch.json' };
    const runner = { ...input, lowering: { ...input.lowering, runner: true } };
    await apply(host, [change('one', backend.compile(runner).artifact)]);
    scheduler.tasks.set(path, (scheduler.tasks.get(path) ?? '').replace(me.sid, bob));
    return { host, scheduler, before: scheduler.tasks.get(path) };
  };

  test('is foreign, with the way out, and a plan leaves it alone', async () => {
    const { host, scheduler, before } = await bobs();
    expect(await list(host)).toMatchObject([
      { name: 'one', digest: undefined, drift: [{ kind: 'foreign', detail: expect.stringMatching(`${bob}.*--namespace NAME`) }] },
    ]);
    const rota = createRota({ host, backends: [backend] });
    const jobs = [{ tenant: 'acme', name: 'one', schedule: '0 4 * * *', command: process.execPath }];
    const plan = await rota.plan(await declarationOf(jobs, { host, source: 'test' }), { backend: 'taskscheduler' });
    expect(plan.changes).toMatchObject([{ action: 'none', drift: [{ kind: 'foreign' }] }]);
    expect(scheduler.tasks.get(path)).toBe(before);
  });

  test('is neither replaced by an apply nor deleted by its recovery', async () => {
    const { host, scheduler, before } = await bobs();
    await expect(apply(host, [change('two', artifact('two')), change('one', artifact('one'))])).rejects.toThrow(
      '--namespace NAME',
    );
    await apply(host, [change('one', null, artifact('one'))]);
    expect([...scheduler.tasks]).toEqual([[path, before]]);
  });
});

describe.each(languages)('a refusal of Task Scheduler, through %s', (_, options) => {
  test.each([
    [0x80070005, 'access was denied (0x80070005)', 'as administrator'],
    [0x8004131a, 'its XML is malformed (0x8004131A)', undefined],
    [0x80070002, 'a file was not found: the program, or the working folder (0x80070002)', undefined],
  ])('is told in words by its code %d, whatever was printed', async (code, words, remedy) => {
    const { host, scheduler } = windows(options);
    scheduler.failing.set('\\Rota\\default\\acme\\one', code);
    const error = await apply(host, [change('one', artifact('one'))]).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ROTA_APPLY_FAILED', message: expect.stringContaining(words) });
    expect(error).toMatchObject({ suggestions: remedy === undefined ? [] : [expect.stringContaining(remedy)] });
    expect(String(error)).not.toMatch(/\ufffd|denegado|malformed\.|\r/);
    expect(scheduler.tasks.size).toBe(0);
  });
});

describe('schtasks', () => {
  const home = String.raw`C:\Users\J${'\u00f6'}rg`;

  test('is asked for UTF-8, so that names in other letters are read as they are', async () => {
    const { host, scheduler } = windows({ powershell: false });
    const asked: string[] = [];
    const run: Host['run'] = (request) => {
      asked.push([request.file, ...request.args].join(' '));
      return scheduler.run(request);
    };
    scheduler.tasks.set('\\Übersicht', `<Task><Actions><Exec><Command>${home}\\x.exe</Command></Exec></Actions></Task>`);
    expect(await backend.inventory?.({ ...host, run })).toMatchObject([
      { id: '\\Übersicht', reading: { command: [`${home}\\x.exe`] } },
    ]);
    expect(asked).toContain('cmd.exe /d /c chcp 65001 >nul & schtasks.exe /query /xml ONE /hresult');
  });

  test('that prints another code page after all leaves what it cannot read alone', async () => {
    const { host, scheduler } = windows({ powershell: false });
    // 0x94 is an o with two dots in code page 850, and nothing in UTF-8.
    const path = '\\Rota\\default\\acme\\one';
    const one = artifact('one');
    await apply(host, [change('one', one)]);
    const damaged = (scheduler.tasks.get(path) ?? '').replaceAll('Ann', 'J\ufffdrg');
    scheduler.tasks.set(path, damaged);
    const changed = artifact('one', '0 5 * * *');
    await expect(apply(host, [change('one', changed, one)])).rejects.toMatchObject({
      message: expect.stringMatching(/code page.*Nothing was changed/),
    });
    expect(scheduler.tasks.get(path)).toBe(damaged);
    scheduler.tasks.set('\\J\ufffdrg', '<Task><Actions><Exec><Command>x.exe</Command></Exec></Actions></Task>');
    const [theirs] = (await backend.inventory?.(host)) ?? [];
    expect(theirs?.reading).toBeUndefined();
    expect(theirs?.notes?.[0]).toContain('code page');
  });
});

describe('Task Scheduler through PowerShell', () => {
  test('needs one process to connect, one to look, one for a batch, one to read it back', async () => {
    const { host, scheduler } = windows();
    const many = Array.from({ length: 50 }, (_, index) => change(`job-${index}`, artifact(`job-${index}`)));
    await apply(host, many);
    expect(scheduler.calls).toEqual(['powershell account', 'powershell read', 'powershell change', 'powershell read']);
  });

  test('removes folders that are left empty', async () => {
    const { host, scheduler } = windows();
    const one = artifact('one');
    await apply(host, [change('one', one)]);
    await apply(host, [change('one', null, one)]);
    expect([...scheduler.folders]).toEqual([]);
  });

  test('tells results in words', async () => {
    const { host, scheduler } = windows();
    await apply(host, [change('one', artifact('one')), change('two', artifact('two'))]);
    scheduler.results.set('\\Rota\\default\\acme\\one', 0x80070002);
    scheduler.results.set('\\Rota\\default\\acme\\two', 1);
    const states = await backend.state?.(host, 'default', [
      { tenant: 'acme', name: 'one' },
      { tenant: 'acme', name: 'two' },
      { tenant: 'acme', name: 'three' },
    ]);
    expect(states?.get('acme/one')?.failure).toContain('a file was not found');
    expect(states?.get('acme/two')).toEqual({ running: false, nextStart: null, lastStart: null });
    expect(states?.has('acme/three')).toBe(false);
  });

  test('fits its script on a command line, in ASCII', () => {
    expect(powerShellScript.length).toBeLessThan(30_000);
    expect(powerShellScript).toMatch(/^[\t\n -~]*$/);
  });

  test('shows what PowerShell said when it fails', async () => {
    const { host, scheduler } = windows();
    const said = 'Ausnahme beim Aufrufen von "Connect"\r\n';
    const run: Host['run'] = async (request) =>
      scheduler.calls.length === 0
        ? await scheduler.run(request)
        : { exitCode: 1, signal: null, stdout: '', stderr: said, timedOut: false };
    await expect(list({ ...host, run })).rejects.toMatchObject({
      code: 'ROTA_COMMAND_FAILED',
      message: expect.stringMatching(/: Ausnahme beim Aufrufen von "Connect"$/),
    });
  });

  test.each([
    [false, 'was not found'],
    ['blocked', 'could not be started: spawn UNKNOWN'],
    ['constrained', ': Cannot invoke method. Method invocation is supported only on core types in this language mode.'],
  ] as const)('gives way to schtasks where it is %s, and says why', async (powershell, why) => {
    const { host, scheduler } = windows({ powershell });
    const one = artifact('one');
    await apply(host, [change('one', one)]);
    expect(scheduler.calls).toContain('schtasks /create');
    expect(await list(host, { 'acme/one': one })).toMatchObject([{ digest: one.digest, drift: [] }]);
    const { findings } = await backend.detect(host);
    expect(findings.map(({ message }) => message).join('\n')).toContain(why);
  });
});

test('is unusable off Windows, with the reason', async () => {
  const { host } = windows();
  expect(await backend.detect({ ...host, platform: 'linux' })).toMatchObject({
    usable: false,
    findings: [{ severity: 'error', message: 'Task Scheduler is part of Windows; this is linux.' }],
  });
  expect(await backend.detect(host)).toMatchObject({ usable: true });
});

test.each([
  ['10.0.14393', {}, /cannot start jobs without a window/],
  ['10.0.14393', { hideWindow: false }, undefined],
  ['10.0.14393', { account: 's4u' }, undefined],
  ['10.0.17763', {}, undefined],
] as const)('on Windows %s with %j says whether jobs can be started without a window', async (release, options, expected) => {
  const { findings } = await detect(windows().host, options, release);
  const said = findings.find(({ severity }) => severity === 'error')?.message;
  expect(said ?? '').toMatch(expected ?? /^$/);
});

test('starts a job through the scheduler', () => {
  expect(backend.startCommand?.('default', { tenant: 'acme', name: 'one' })).toEqual([
    'schtasks.exe',
    '/run',
    '/tn',
    '\\Rota\\default\\acme\\one',
  ]);
});

test('rendering on another system names the launcher that Windows will have', async () => {
  const host = createHost({ platform: 'linux', stateDir: temporaryFolder(), timezone: 'UTC' });
  const rota = createRota({ host, backends: [backend] });
  const jobs = [{ tenant: 'acme', name: 'one', schedule: '0 4 * * *', command: 'backup.exe', retry: { enabled: true } }];
  const { files } = await rota.render(await declarationOf(jobs, { host, source: 'test' }), { backend: 'taskscheduler' });
  expect(files.map(({ content }) => content).join('')).toContain('rota-run.cmd');
});
