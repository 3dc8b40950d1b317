import { type Artifact, type BackendChange, createHost, type Host, nodeFiles, RotaError } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { compileInput } from './job.fixture.ts';
import type { TaskSchedulerOptions } from './options.ts';
import { type FakeScheduler, fakeScheduler, me } from './service/fake-scheduler.fixture.ts';
import { powerShell } from './service/power-shell.ts';
import { powerShellScript } from './service/power-shell-script.ts';
import { taskscheduler } from './taskscheduler.ts';

const denied = 0x80070005;
const pathOf = (name: string): string => `\\Rota\\default\\acme\\${name}`;

function windows(program: string, options: TaskSchedulerOptions = {}) {
  const scheduler = fakeScheduler(nodeFiles.readBytes, { powershell: program === 'PowerShell' });
  const user = { name: 'Ann', uid: 0, home: 'C:\\Users\\Ann' };
  const host: Host = createHost({ platform: 'win32', user, stateDir: temporaryFolder(), timezone: 'UTC', run: scheduler.run });
  const backend = taskscheduler(options);
  const made = (name: string, expression = '0 4 * * *'): Artifact =>
    backend.compile(compileInput({ name, trigger: { kind: 'schedule', expression, timezone: 'UTC' } })).artifact;
  const change = (name: string, after: Artifact | null, before: Artifact | null = null): BackendChange => ({
    tenant: 'acme',
    name,
    before,
    after,
    handledUntil: 0,
  });
  const apply = (...changes: readonly BackendChange[]) =>
    backend.apply(host, { namespace: 'default', changes, dialect: { name: 'taskscheduler', version: 1.4 } });
  return { scheduler, host, made, change, apply };
}

/** From now on a task is refused, but for the first few times. */
function refuseLater(scheduler: FakeScheduler, name: string, code: number, after: number): void {
  let left = after;
  const known = scheduler.failing.get.bind(scheduler.failing);
  scheduler.failing.get = (path) => (path !== pathOf(name) || left-- > 0 ? known(path) : code);
}

describe.each(['PowerShell', 'schtasks'])('a batch through %s', (program) => {
  test('that fails at its last step leaves every task as it was: replaced, made and deleted ones', async () => {
    const { scheduler, made, change, apply } = windows(program);
    const [kept, gone] = [made('kept'), made('gone')];
    await apply(change('kept', kept), change('gone', gone));
    const [tasks, folders] = [new Map(scheduler.tasks), new Set(scheduler.folders)];
    scheduler.undeletable.add(pathOf('gone'));
    const batch = [change('kept', made('kept', '0 9 * * *'), kept), change('new', made('new')), change('gone', null, gone)];
    await expect(apply(...batch)).rejects.toMatchObject({ code: 'ROTA_APPLY_FAILED' });
    expect([...scheduler.tasks].sort()).toEqual([...tasks].sort());
    expect(scheduler.folders).toEqual(folders);
  });

  test('says that nothing was changed when a task may not be replaced, nor put back', async () => {
    const { scheduler, made, change, apply } = windows(program);
    const kept = made('kept');
    await apply(change('kept', kept));
    const tasks = new Map(scheduler.tasks);
    // As one that an administrator made, for everybody else.
    scheduler.failing.set(pathOf('kept'), denied);
    await expect(apply(change('other', made('other')), change('kept', made('kept', '0 9 * * *'), kept))).rejects.toMatchObject({
      code: 'ROTA_APPLY_FAILED',
      message: expect.stringContaining('as before'),
    });
    expect(scheduler.tasks).toEqual(tasks);
  });

  test('names what it could not put back', async () => {
    const { scheduler, made, change, apply } = windows(program);
    const kept = made('kept');
    await apply(change('kept', kept));
    scheduler.failing.set(pathOf('new'), denied);
    refuseLater(scheduler, 'kept', denied, 1);
    const batch = apply(change('kept', made('kept', '0 9 * * *'), kept), change('new', made('new')));
    await expect(batch).rejects.toMatchObject({
      code: 'ROTA_APPLY_INCOMPLETE',
      message: expect.stringContaining(pathOf('kept')),
    });
  });

  test('fails when Windows says that it is done, and it is not', async () => {
    const { scheduler, made, change, apply } = windows(program);
    const kept = made('kept');
    await apply(change('kept', kept));
    scheduler.deaf = true;
    await expect(apply(change('kept', made('kept', '0 9 * * *'), kept))).rejects.toMatchObject({
      code: 'ROTA_APPLY_FAILED',
      message: expect.stringContaining('did not become what was asked'),
    });
    await expect(apply(change('new', made('new')))).rejects.toMatchObject({
      message: expect.stringContaining('it is not there'),
    });
    await expect(apply(change('kept', null, kept))).rejects.toMatchObject({ message: expect.stringContaining('still there') });
  });

  test('registers S4U for the user who applies, by name of their SID', async () => {
    const { scheduler, made, change, apply } = windows(program, { account: 's4u' });
    const registered: string[] = [];
    const { register } = scheduler;
    scheduler.register = (path, xml) => {
      registered.push(xml);
      return register(path, xml);
    };
    await apply(change('one', made('one')));
    expect(registered.join()).toMatch(new RegExp(`<UserId>${me.sid}</UserId>\\s*<LogonType>S4U</LogonType>`));
    scheduler.failing.set(pathOf('two'), denied);
    await expect(apply(change('two', made('two')))).rejects.toMatchObject({
      suggestions: [expect.stringMatching(/s4u.*administrator/)],
    });
  });
});

describe('the script for PowerShell', () => {
  test('takes a batch of more than the 2 MB of JSON that 5.1 reads at once', async () => {
    const { scheduler, host, made } = windows('PowerShell');
    const xml = (made('one').files[0]?.content ?? '').replace('Declared', `${'x'.repeat(700_000)} Declared`);
    const steps = ['a', 'b', 'c', 'd'].map(
      (name) => ({ kind: 'register', path: pathOf(name), xml, logon: 'interactive' }) as const,
    );
    await powerShell(host).change(steps);
    expect([...scheduler.tasks.keys()]).toEqual(steps.map(({ path }) => path));
  });

  test('takes a folder that Windows does not let go of for no failure', async () => {
    const { scheduler, made, change, apply } = windows('PowerShell');
    const one = made('one');
    await apply(change('one', one));
    scheduler.keptFolders.add('\\Rota\\default');
    await apply(change('one', null, one));
    expect(scheduler.tasks.size).toBe(0);
    expect([...scheduler.folders].sort()).toEqual(['\\Rota', '\\Rota\\default']);
  });

  test('reads past a damaged task of somebody else, and names one of its own', async () => {
    const { scheduler, host, made, change, apply } = windows('PowerShell');
    const theirs = '\\Updates\\theirs';
    const backend = taskscheduler();
    scheduler.tasks.set(theirs, '<Task />');
    scheduler.damaged.add(theirs);
    await apply(change('one', made('one')));
    const words = 'its file is damaged, or was changed by another than Task Scheduler (0x80041321)';
    expect(await backend.inventory?.(host)).toEqual([
      { backend: 'taskscheduler', id: theirs, owner: '', text: '', name: 'theirs', notes: [`Windows cannot read it: ${words}.`] },
    ]);
    scheduler.damaged.add(pathOf('one'));
    await expect(backend.list(host, { namespace: 'default', expected: new Map() })).rejects.toMatchObject({
      message: `${pathOf('one')} cannot be read: ${words}.`,
      suggestions: [expect.stringContaining('/delete')],
    });
  });

  // Virus scanners take these for an attack: openclaw/openclaw#138224.
  test('is started in the open, and not past a policy', async () => {
    const { scheduler, host } = windows('PowerShell');
    const asked: string[] = [];
    const run: Host['run'] = (request) => {
      asked.push(...request.args);
      return scheduler.run(request);
    };
    await taskscheduler().list({ ...host, run }, { namespace: 'default', expected: new Map() });
    expect(asked).toContain(powerShellScript);
    expect(asked.filter((word) => /^-(enc|e|ex|ep|w)/i.test(word))).toEqual([]);
    expect(powerShellScript).not.toContain('"');
  });

  test('is answered when 5.1 writes a list as an object with its count', async () => {
    const { scheduler, host, made, change, apply } = windows('PowerShell');
    const one = made('one');
    await apply(change('one', one));
    // PowerShell/PowerShell#3153.
    const run: Host['run'] = async (request) => {
      const result = await scheduler.run(request);
      const reply = JSON.parse(Buffer.from(result.stdout, 'base64').toString());
      if (reply.tasks === undefined) return result;
      const wrapped = { ...reply, tasks: { value: reply.tasks, Count: reply.tasks.length } };
      return { ...result, stdout: Buffer.from(JSON.stringify(wrapped)).toString('base64') };
    };
    const found = await taskscheduler().list({ ...host, run }, { namespace: 'default', expected: new Map([['acme/one', one]]) });
    expect(found).toMatchObject([{ name: 'one', drift: [] }]);
  });

  test('that fails is told with what PowerShell said', async () => {
    const { host } = windows('PowerShell');
    const run: Host['run'] = async ({ file }) => {
      if (file !== 'powershell.exe') throw new RotaError('ROTA_COMMAND_MISSING', `The program ${file} was not found.`);
      const stderr = 'New-Object : Zugriff verweigert.\r\n    + CategoryInfo : X\r\n';
      return { exitCode: 1, signal: null, stdout: '', stderr, timedOut: false };
    };
    const { findings } = await taskscheduler().detect({ ...host, run });
    expect(findings[0]?.message).toContain('New-Object : Zugriff verweigert. + CategoryInfo : X');
  });
});
