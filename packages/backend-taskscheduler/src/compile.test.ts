import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Compiled, type Job, type Lowering, loadZone, lower } from '@rota/core';
import { commandPart, requirePart, temporaryFolder } from '@rota/test-support';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronExpressionArbitrary } from '../../core/src/schedule/cron-expression.arbitrary.ts';
import { capabilities } from './capabilities.ts';
import { compile, refuseTooMany } from './compile.ts';
import { compileInput } from './job.fixture.ts';
import type { TaskSchedulerOptions } from './options.ts';
import { taskSchedule } from './simulate/native-schedule.ts';
import { withOwnLogons } from './task/own-logons.ts';
import { isExpression } from './testing/is-expression.fixture.ts';
import { decodeTaskXml, encodeTaskXml } from './xml/encode-task-xml.ts';
import { readXml } from './xml/read-xml.ts';
import { child, textAt, type XmlElement } from './xml/xml-element.ts';

const native: Lowering['features'] = {
  schedule: 'native',
  'concurrency.forbid': 'native',
  persistent: 'native',
  timeout: 'native',
  'requires.power': 'native',
  randomizedDelay: 'native',
};

function made(
  changes: Partial<Job> = {},
  lowering: Partial<Lowering> = {},
  options: TaskSchedulerOptions = {},
): { xml: string; task: XmlElement; compiled: Compiled } {
  const compiled = compile(compileInput(changes, { features: native, ...lowering }), options);
  const xml = compiled.artifact.files[0]?.content ?? '';
  return { xml, task: readXml(xml), compiled };
}

function action(task: XmlElement): readonly (string | undefined)[] {
  return ['Command', 'Arguments', 'WorkingDirectory'].map((name) => textAt(task, 'Actions', 'Exec', name));
}

function cron(expression: string): Partial<Job> {
  return { trigger: { kind: 'schedule', expression, timezone: 'UTC' } };
}

describe('a task', () => {
  test('is the same bytes every time, and names its owner', () => {
    const { xml, task, compiled } = made();
    expect(made().xml).toBe(xml);
    expect(compiled.artifact.files[0]).toMatchObject({ name: 'rota.default.acme.backup.xml', encoding: 'utf-16le' });
    expect(textAt(task, 'RegistrationInfo', 'Source')).toBe(
      `rota:1 namespace=default tenant=acme job=backup digest=${compiled.artifact.digest}`,
    );
    expect(textAt(task, 'RegistrationInfo', 'URI')).toBe('\\Rota\\default\\acme\\backup');
  });

  test('has every setting, so that no default of Windows decides', () => {
    const settings = Object.fromEntries((child(made().task, 'Settings')?.children ?? []).map(({ name, text }) => [name, text]));
    expect(settings).toEqual({
      AllowStartOnDemand: 'true',
      MultipleInstancesPolicy: 'IgnoreNew',
      DisallowStartIfOnBatteries: 'false',
      StopIfGoingOnBatteries: 'false',
      AllowHardTerminate: 'true',
      StartWhenAvailable: 'false',
      RunOnlyIfNetworkAvailable: 'false',
      WakeToRun: 'false',
      Enabled: 'true',
      Hidden: 'false',
      IdleSettings: '',
      ExecutionTimeLimit: 'PT0S',
      Priority: '5',
      RunOnlyIfIdle: 'false',
      UseUnifiedSchedulingEngine: 'true',
      DisallowStartOnRemoteAppSession: 'false',
    });
  });

  test.each([
    [{ persistent: true }, {}, 'StartWhenAvailable', 'true'],
    [{ timeoutMs: 5_400_000 }, {}, 'ExecutionTimeLimit', 'PT1H30M'],
    [{ paused: true }, {}, 'Enabled', 'false'],
    [{ requires: { commands: [], files: [], units: [], power: 'ac' } }, {}, 'DisallowStartIfOnBatteries', 'true'],
    [{ resources: { nice: 10 } }, {}, 'Priority', '7'],
    [{}, { priority: 4 }, 'Priority', '4'],
    [{}, { startOnBattery: false }, 'DisallowStartIfOnBatteries', 'true'],
    [{}, { stopOnBattery: true }, 'StopIfGoingOnBatteries', 'true'],
    [{}, { wakeToRun: true }, 'WakeToRun', 'true'],
    [{}, { onlyWithNetwork: true }, 'RunOnlyIfNetworkAvailable', 'true'],
    [{}, { onlyWhenIdle: true }, 'RunOnlyIfIdle', 'true'],
  ] as const)('of %j with %j has %s %s', (changes, options, name, value) => {
    expect(textAt(made(changes, {}, options).task, 'Settings', name)).toBe(value);
  });

  test('starts the program itself, quoted for CreateProcess, when no runner is needed', () => {
    const { task, compiled } = made({ workingDir: 'data' });
    expect(action(task)).toEqual([
      'C:\\Program Files\\restic\\restic.exe',
      'backup "C:\\Users\\Ann\\My Documents"',
      'C:\\Users\\Ann\\data',
    ]);
    expect(compiled.warnings[0]?.message).toContain('output is not kept');
  });

  test('starts the runner with its launch file when one is needed, and lets it decide about overlap', () => {
    const { task } = made({}, { runner: true });
    const input = compileInput();
    const plain = [input.launcher, `"${input.launchFile}"`, input.home];
    const hidden = ['%SystemRoot%\\System32\\conhost.exe', `--headless "${input.launcher}" "${input.launchFile}"`, input.home];
    expect(textAt(task, 'Settings', 'MultipleInstancesPolicy')).toBe('Parallel');
    const actionOf = (options: TaskSchedulerOptions) => action(made({}, { runner: true }, options).task);
    // An account without a desktop has no window to hide.
    expect(actionOf({})).toEqual(hidden);
    expect(actionOf({ hideWindow: false })).toEqual(plain);
    expect(actionOf({ account: 's4u' })).toEqual(plain);
    expect(actionOf({ account: 's4u', hideWindow: true })).toEqual(hidden);
  });

  test('as core lowers every job, leaves the time limit, overlap and the folder to the runner', () => {
    const input = compileInput({ timeoutMs: 60_000, workingDir: 'C:\\data' });
    const lowering = lower(input.job, capabilities, {
      backend: 'taskscheduler',
      gated: false,
      hasFollowers: false,
      smallestGap: 86_400,
    });
    const task = readXml(compile({ ...input, lowering }).artifact.files[0]?.content ?? '');
    expect(textAt(task, 'Settings', 'ExecutionTimeLimit')).toBe('PT0S');
    expect(textAt(task, 'Settings', 'MultipleInstancesPolicy')).toBe('Parallel');
    expect(action(task)[2]).toBe(input.home);
    expect(lowering).toMatchObject({ runner: true, features: { timeout: 'runner', workingDir: 'runner' } });
  });

  test('quotes what cmd.exe reads, whatever letters the folder of a user has', () => {
    const launchFile = 'C:\\Users\\R&D^2\\AppData\\Local\\rota\\launch\\1.json';
    const { artifact } = compile({ ...compileInput({}, { runner: true }), launchFile });
    expect(action(readXml(artifact.files[0]?.content ?? ''))[1]).toContain(` "${launchFile}"`);
  });

  // With conhost.exe in front of it the launcher is an argument, which has no limit of its own in the schema; cmd.exe has.
  test.each([
    [`C:\\${'x'.repeat(260)}`, /at most 260 characters/],
    ['C:\\50%TEMP%off', /would replace `%\.\.\.%` in .*rota-run\.cmd/],
    ['C:\\$(Arg0)', /would replace `\$\(\.\.\.\)` in .*rota-run\.cmd/],
  ])('is refused when what it starts stands in %s, whether or not its window is hidden', (folder, message) => {
    const launcher = `${folder}\\bin\\rota-run.cmd`;
    for (const hideWindow of [true, false]) {
      const made = () => compile({ ...compileInput({}, { runner: true }), launcher }, { hideWindow });
      expect(made).toThrow(message);
      expect(made).toThrow(
        expect.objectContaining({ code: 'ROTA_JOB_REFUSED', suggestions: [expect.stringContaining('--state-dir')] }),
      );
    }
  });

  test('has the same digest wherever the launcher and the state stand, and another for another launch file', () => {
    const digest = (launcher: string, launchFile: string): string =>
      compile({ ...compileInput({}, { runner: true }), launcher, launchFile }).artifact.digest;
    const first = digest('C:\\a\\rota-run.cmd', 'C:\\a\\launch\\1.json');
    expect(digest('D:\\some where\\rota-run.cmd', 'D:\\b\\launch\\1.json')).toBe(first);
    expect(digest('C:\\a\\rota-run.cmd', 'C:\\a\\launch\\2.json')).not.toBe(first);
  });

  test.each([
    [{}, [undefined, 'InteractiveToken', 'LeastPrivilege']],
    [{ account: 's4u', userId: 'CORP\\ann' }, ['CORP\\ann', 'S4U', 'LeastPrivilege']],
    [{ account: 'localService' }, ['S-1-5-19', undefined, 'LeastPrivilege']],
    [{ highestRunLevel: true }, [undefined, 'InteractiveToken', 'HighestAvailable']],
  ] as const)('with %j runs as %j', (options, expected) => {
    const principal = child(child(made({}, {}, options).task, 'Principals'), 'Principal');
    expect(['UserId', 'LogonType', 'RunLevel'].map((name) => textAt(principal, name))).toEqual(expected);
  });

  test.each([
    [{ account: 's4u' }, /without desktop, network credentials[\s\S]*battery saver/],
    [{ account: 'system' }, /runs as system, which needs elevation[\s\S]*battery saver/],
    [{ highestRunLevel: true }, /highest rights of its account/],
    [{ startOnBattery: false }, /on battery it does not start/],
    [{ stopOnBattery: true }, /ended when the machine goes on battery/],
    [{ wakeToRun: true }, /wakes the machine, where the power plan allows/],
    [{ onlyWithNetwork: true }, /no network/],
    [{ onlyWhenIdle: true }, /only while the machine is idle/],
  ] as const)('states what %j can and cannot do', (options, expected) => {
    const said = (given: TaskSchedulerOptions): string =>
      made({}, {}, given)
        .compiled.warnings.map(({ message }) => message)
        .join('\n');
    expect(said(options)).toMatch(expected);
    expect(said({})).not.toMatch(expected);
  });

  test.each(['system', 'localService', 'networkService'] as const)(
    'is refused as %s where its user could change what it starts, and begins outside that folder',
    (account) => {
      const input = compileInput({}, { runner: true });
      expect(() => compile(input, { account })).toThrow(
        expect.objectContaining({ code: 'ROTA_JOB_REFUSED', suggestions: [expect.stringContaining('--state-dir')] }),
      );
      const apart = {
        ...input,
        launcher: 'C:\\ProgramData\\Rota\\bin\\rota-run.cmd',
        launchFile: 'C:\\ProgramData\\Rota\\1.json',
      };
      const { artifact, warnings } = compile(apart, { account });
      expect(textAt(readXml(artifact.files[0]?.content ?? ''), 'Actions', 'Exec', 'WorkingDirectory')).toBe(
        'C:\\ProgramData\\Rota\\bin',
      );
      expect(warnings.some(({ message }) => message.includes('may not enter'))).toBe(account !== 'system');
    },
  );

  test('with the highest rights says who can change what it starts', () => {
    const input = compileInput({}, { runner: true });
    const said = (given: typeof input) =>
      compile(given, { highestRunLevel: true })
        .warnings.map(({ message }) => message)
        .join();
    expect(said(input)).toContain('every program of this user can change');
    expect(said({ ...input, launcher: 'C:\\ProgramData\\Rota\\bin\\rota-run.cmd' })).not.toContain('every program');
  });

  test.each([
    [{ trigger: { kind: 'boot' } }, ['BootTrigger']],
    [{ trigger: { kind: 'login' } }, ['LogonTrigger']],
    [{ trigger: { kind: 'after', job: { tenant: 'acme', name: 'first' } } }, []],
  ] as const)('of an event %j has the triggers %j', (changes, expected) => {
    const { task, compiled } = made(changes);
    expect(child(task, 'Triggers')?.children.map(({ name }) => name)).toEqual(expected);
    expect(compiled.native).toBeUndefined();
  });

  test('carries a random delay in each trigger', () => {
    const { task } = made({ ...cron('0 4,9 * * *'), randomizedDelayMs: 1_800_000 });
    expect(child(task, 'Triggers')?.children.map((trigger) => textAt(trigger, 'RandomDelay'))).toEqual(['PT30M', 'PT30M']);
    expect(() => made({ trigger: { kind: 'boot' }, randomizedDelayMs: 1000 })).toThrow(/random delay/);
  });

  test.each([
    [{ command: ['tool.exe', '%TEMP%\\x'] }, /replace `%/],
    [{ command: ['tool.exe', '$(Arg0)'] }, /replace `\$\(/],
    [{ command: ['tool.exe', 'bell\u0007'] }, /control characters/],
    [{ command: [`C:\\${'x'.repeat(260)}.exe`] }, /at most 260/],
    [{ command: ['tool.exe', 'x'.repeat(33_000)] }, /at most 32766/],
    [{ name: 'aux' }, /name of a device/],
    [{ tenant: 'com1' }, /name of a device/],
    [{ workingDir: `C:\\${'x'.repeat(260)}` }, /working folder of at most 260/],
  ] as const)('is refused, with the way out, for %#', (changes, message) => {
    expect(() => made(changes)).toThrow(message);
    expect(() => made(changes)).toThrow(expect.objectContaining({ code: 'ROTA_JOB_REFUSED' }));
  });

  test('of more triggers than a task holds is refused with their number', () => {
    const { job } = compileInput();
    expect(() => refuseTooMany({ job }, 48)).not.toThrow();
    expect(() => refuseTooMany({ job }, 49)).toThrow(expect.objectContaining({ code: 'ROTA_JOB_REFUSED' }));
    expect(() => refuseTooMany({ job }, 61)).toThrow('its schedule needs 61 triggers, and a task holds 48');
  });

  test('keeps 100% and a lone percent sign', () => {
    expect(action(made({ command: ['tool.exe', '100%', '--at=5%'] }).task)[1]).toBe('100% --at=5%');
  });

  test('is found by an evaluator that reads only its XML', () => {
    const { xml, compiled } = made(cron('0 4 * * 1'));
    const day = Date.UTC(2026, 6, 1) / 1000;
    const again = taskSchedule(xml, loadZone('Europe/Berlin'));
    expect(again.entries).toEqual(compiled.native?.entries);
    expect(again.firesBetween(day, day + 14 * 86_400).map((instant) => new Date(instant * 1000).toISOString())).toEqual([
      '2026-07-06T04:00:00.000Z',
      '2026-07-13T04:00:00.000Z',
    ]);
  });
});

test('text survives XML and UTF-16, whatever it holds', () => {
  const text = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 30 })
    .filter((value) => value.isWellFormed() && !/[\u0000-\u001f\ufffe\uffff%$"\\ ]/.test(value));
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (args) => {
      const { xml } = made({ command: ['tool.exe', ...args.map((one) => `a${one}b`)] });
      const bytes = encodeTaskXml(xml);
      expect([...bytes.slice(0, 2)]).toEqual([0xff, 0xfe]);
      expect(action(readXml(decodeTaskXml(bytes)))[1]).toBe(args.map((one) => `a${one}b`).join(' '));
    }),
    { numRuns: 300 },
  );
});

const xmllint = requirePart(commandPart('xmllint', 'libxml2-utils'));
const schema = join(import.meta.dirname, '..', 'schema', 'task.xsd');

xmllint('xmllint', () => {
  // Such as the one that Microsoft publishes ("Task Scheduler Schema"), which is not ours to keep here.
  const given = process.env.ROTA_TASK_XSD ?? schema;
  const randomTasks = process.env.ROTA_ORACLES === '1' ? 300 : 10;
  const valid = (tasks: readonly string[], against = schema): void => {
    const folder = temporaryFolder();
    const files = tasks.map((xml, index) => {
      const file = join(folder, `${index}.xml`);
      writeFileSync(file, encodeTaskXml(xml));
      return file;
    });
    execFileSync('xmllint', ['--noout', '--schema', against, ...files], { stdio: 'pipe' });
  };

  test('finds tasks of every kind valid', () => {
    valid(
      [
        made().xml,
        made(cron('*/7 * * * *')).xml,
        made({ ...cron('0 0 13 * 5'), randomizedDelayMs: 60_000 }).xml,
        made(cron('0 4 8-14 */2 */2')).xml,
        made({ trigger: { kind: 'schedule', expression: '30 2 * * *', timezone: 'Europe/Berlin' } }).xml,
        made({ trigger: { kind: 'schedule', expression: '30 2 * 3-11 0', timezone: 'America/New_York' } }).xml,
        made({ trigger: { kind: 'boot' } }).xml,
        made({ trigger: { kind: 'login' } }, {}, { userId: 'CORP\\ann' }).xml,
        made({ command: ['C:\\a & b\\<tool>.exe', '"quoted"', "it's", 'ünï', '日本', '😀', 'line\nbreak'] }).xml,
        made({}, { runner: true }, { account: 's4u', hideWindow: true }).xml,
        made({ trigger: { kind: 'after', job: { tenant: 'acme', name: 'first' } } }).xml,
        ...(['system', 'localService', 'networkService'] as const).map((account) => made({}, {}, { account }).xml),
        // As it is registered.
        withOwnLogons(made({ trigger: { kind: 'login' } }).xml, 'S-1-5-21-1004336348-1177238915-682003330-1001'),
      ],
      given,
    );
  });

  test('finds the tasks of random schedules and settings valid', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'];
    const expressions = fc.sample(cronExpressionArbitrary(), { numRuns: 3 * randomTasks, seed: 20261130 });
    const tasks = expressions.flatMap((expression, index) => {
      if (!isExpression(expression)) return [];
      const timezone = zones[index % zones.length] ?? '';
      const trigger = { kind: 'schedule', expression, timezone } as const;
      const changes = { trigger, persistent: index % 2 === 0, ...(index % 3 === 0 ? { randomizedDelayMs: 90_000 } : {}) };
      const options = { account: index % 5 === 0 ? ('s4u' as const) : ('interactive' as const), wakeToRun: index % 7 === 0 };
      return [made(changes, { runner: index % 4 === 0 }, options).xml];
    });
    expect(tasks.length).toBeGreaterThanOrEqual(randomTasks);
    valid(tasks.slice(0, randomTasks), given);
  });

  test.each([
    [
      'another order',
      (xml: string) => xml.replace(/(<Enabled>true<\/Enabled>\s*)(<StartBoundary>[^<]*<\/StartBoundary>)/, '$2$1'),
    ],
    ['an unknown setting', (xml: string) => xml.replace('<WakeToRun>', '<Wake />  <WakeToRun>')],
    ['a missing setting', (xml: string) => xml.replace(/<Priority>5<\/Priority>/, '')],
    ['a priority of 11', (xml: string) => xml.replace('<Priority>5<', '<Priority>11<')],
    ['49 triggers', (xml: string) => xml.replace(/<CalendarTrigger>[\s\S]*<\/CalendarTrigger>/, (one) => one.repeat(49))],
    ['a path of 261 characters', (xml: string) => xml.replace(/<WorkingDirectory>[^<]*/, `<WorkingDirectory>${'x'.repeat(261)}`)],
  ])('finds %s invalid', (_, spoil) => {
    const { xml } = made();
    expect(spoil(xml)).not.toBe(xml);
    expect(() => valid([spoil(xml)])).toThrow();
  });
});
