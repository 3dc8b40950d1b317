import { createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import type { TaskSchedulerOptions } from '../options.ts';
import { taskEntry } from './task-entry.ts';

const now = Date.UTC(2026, 10, 29, 10);
const env = { Path: 'C:\\Windows\\system32;C:\\tools', SystemRoot: 'C:\\Windows' };
const daily = '<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>';
const at = (time: string, rule: string, more = ''): string =>
  `<CalendarTrigger>${more}<StartBoundary>2024-01-01T${time}</StartBoundary><Enabled>true</Enabled>${rule}</CalendarTrigger>`;

interface Parts {
  readonly triggers?: string;
  readonly settings?: string;
  readonly principal?: string;
  readonly actions?: string;
}

// What a task says that does not lack anything as a job with the default options.
const plain = '<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries><Priority>5</Priority>';
const exec = (command: string, args = '', folder = ''): string =>
  `<Exec><Command>${command}</Command>${args && `<Arguments>${args}</Arguments>`}${folder && `<WorkingDirectory>${folder}</WorkingDirectory>`}</Exec>`;

function entry(
  {
    triggers = at('03:00:00', daily),
    settings = plain,
    principal = '<UserId>S-1-5-21-1-2-3-1001</UserId>',
    actions = exec('C:\\tool.exe'),
  }: Parts,
  options: TaskSchedulerOptions = {},
  here = true,
) {
  const xml = `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><RegistrationInfo><URI>\\My task</URI></RegistrationInfo><Triggers>${triggers}</Triggers><Principals><Principal id="Author">${principal}</Principal></Principals><Settings>${settings}</Settings><Actions Context="Author">${actions}</Actions></Task>`;
  const host = createHost({ platform: 'win32', stateDir: temporaryFolder(), timezone: 'Europe/Berlin', now: () => now, env });
  const account = { sid: 'S-1-5-21-1-2-3-1001', name: 'PC\\Ann' };
  return taskEntry({ path: '\\My task', xml }, { host, options, ...(here ? { account } : {}) });
}

describe('the times of a task', () => {
  const week = (days: string): string =>
    `<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek>${days}</DaysOfWeek></ScheduleByWeek>`;
  const year =
    '<Months><January /><February /><March /><April /><May /><June /><July /><August /><September /><October /><November /><December /></Months>';
  const every = (interval: string, duration = ''): string =>
    `<Repetition><Interval>${interval}</Interval>${duration && `<Duration>${duration}</Duration>`}<StopAtDurationEnd>false</StopAtDurationEnd></Repetition>`;
  const nth = (weeks: string, days: string): string =>
    `<ScheduleByMonthDayOfWeek><Weeks>${weeks}</Weeks><DaysOfWeek>${days}</DaysOfWeek>${year}</ScheduleByMonthDayOfWeek>`;

  test.each([
    ['daily', at('03:00:00', daily), '0 3 * * *'],
    ['on weekdays', at('18:30:00', week('<Monday /><Tuesday /><Wednesday /><Thursday /><Friday />')), '30 18 * * 1-5'],
    [
      'monthly',
      at('03:15:00', `<ScheduleByMonth><DaysOfMonth><Day>1</Day><Day>15</Day></DaysOfMonth>${year}</ScheduleByMonth>`),
      '15 3 1,15 * *',
    ],
    ['on the first Monday', at('06:00:00', nth('<Week>1</Week>', '<Monday />')), '0 6 */31,2-7 * 1'],
    ['on the second Sunday', at('06:00:00', nth('<Week>2</Week>', '<Sunday />')), '0 6 8-14 * */7'],
    ['by several triggers', at('08:00:00', daily) + at('20:00:00', daily), '0 8,20 * * *'],
    [
      'on a date or a weekday',
      at('04:00:00', week('<Monday />')) +
        at('04:00:00', `<ScheduleByMonth><DaysOfMonth><Day>13</Day></DaysOfMonth>${year}</ScheduleByMonth>`),
      '0 4 13 * 1',
    ],
    ['within office hours', at('09:00:00', week('<Monday />'), every('PT15M', 'PT8H45M')), '*/15 9-17 * * 1'],
    // As the window of Task Scheduler makes "every 5 minutes for a duration of 1 day", and "indefinitely".
    ['all day', at('00:00:00', daily, every('PT5M', 'P1D')), '*/5 * * * *'],
    ['all day without end', at('00:00:00', daily, every('PT1H')), '0 * * * *'],
    // As `schtasks /create /sc minute /mo 10` makes it.
    [
      'every 10 minutes',
      `<TimeTrigger>${every('PT10M')}<StartBoundary>2024-01-01T10:07:00</StartBoundary></TimeTrigger>`,
      '7-57/10 * * * *',
    ],
  ])('%s become a cron expression', (_, triggers, expression) => {
    const { reading, identity } = entry({ triggers });
    expect(reading?.trigger).toEqual({ kind: 'schedule', expression, timezone: 'Europe/Berlin' });
    expect(identity?.key).toBe('\\My task');
  });

  test('in UTC stay in UTC', () => {
    expect(entry({ triggers: at('03:00:00Z', daily) }).reading?.trigger).toEqual({
      kind: 'schedule',
      expression: '0 3 * * *',
      timezone: 'UTC',
    });
    expect(entry({ triggers: at('03:00:00+02:00', daily) }).reading?.trigger).toMatchObject({
      expression: '0 1 * * *',
      timezone: 'UTC',
    });
  });

  test.each([
    ['every other day', at('03:00:00', '<ScheduleByDay><DaysInterval>2</DaysInterval></ScheduleByDay>'), /every 2 days/],
    [
      'every other week',
      at('03:00:00', '<ScheduleByWeek><WeeksInterval>2</WeeksInterval><DaysOfWeek><Monday /></DaysOfWeek></ScheduleByWeek>'),
      /every 2 weeks/,
    ],
    [
      'on the last day',
      at('03:00:00', `<ScheduleByMonth><DaysOfMonth><Day>Last</Day></DaysOfMonth>${year}</ScheduleByMonth>`),
      /No cron expression.*Last/,
    ],
    ['on the last Friday', at('03:00:00', nth('<Week>Last</Week>', '<Friday />')), /No cron expression.*Last/],
    ['at times that are no grid', at('08:00:00', daily) + at('12:30:00', daily), /No cron expression/],
    [
      'every 7 minutes for ever',
      `<TimeTrigger>${every('PT7M')}<StartBoundary>2024-01-01T10:07:00</StartBoundary></TimeTrigger>`,
      /No cron expression/,
    ],
    ['once', '<TimeTrigger><StartBoundary>2027-01-01T03:00:00</StartBoundary></TimeTrigger>', /fixed times only/],
    ['until a day', at('03:00:00', daily, '<EndBoundary>2027-06-01T00:00:00</EndBoundary>'), /ends at 2027-06-01/],
    ['no more', at('03:00:00', daily, '<EndBoundary>2025-06-01T00:00:00</EndBoundary>'), /disabled or have ended/],
    [
      'only later',
      '<CalendarTrigger><StartBoundary>2027-03-01T03:00:00</StartBoundary><ScheduleByDay /></CalendarTrigger>',
      /No cron expression.*2027-03-01/,
    ],
    ['by an event', '<EventTrigger><Subscription>x</Subscription></EventTrigger>', /starts by EventTrigger/],
    ['by a login or a time', `<LogonTrigger />${at('03:00:00', daily)}`, /LogonTrigger, CalendarTrigger/],
    ['never', '', /no trigger/],
  ])('%s become none, and a note says why', (_, triggers, note) => {
    const { reading, notes, identity } = entry({ triggers });
    expect(reading?.trigger).toBeNull();
    expect(notes?.[0]).toMatch(note);
    expect(identity).toBeUndefined();
  });

  test('of the start of the machine and of a login are events', () => {
    expect(entry({ triggers: '<BootTrigger><Enabled>true</Enabled><Delay>PT30S</Delay></BootTrigger>' })).toMatchObject({
      reading: { trigger: { kind: 'boot' } },
      notes: [expect.stringContaining('waits 30s')],
    });
    expect(entry({ triggers: '<LogonTrigger><UserId>PC\\Ann</UserId></LogonTrigger>' })).toMatchObject({
      reading: { trigger: { kind: 'login' } },
      notes: [expect.stringContaining('PC\\Ann')],
    });
    expect(entry({ triggers: `<LogonTrigger>${every('PT1H')}</LogonTrigger>` }).reading?.trigger).toBeNull();
  });

  test('off the minute, on days of clock changes and with a delay are said', () => {
    expect(entry({ triggers: at('03:00:42.1234567', daily) }).notes).toEqual([
      'It starts 42.1234567 s after the minute, the job on the minute.',
    ]);
    expect(entry({ triggers: at('02:30:00', daily) }).notes).toEqual([expect.stringContaining('on which the clock changes')]);
    expect(entry({ triggers: at('03:00:00', daily, '<RandomDelay>PT10M</RandomDelay>') })).toMatchObject({
      reading: { randomizedDelayMs: 600_000 },
      notes: [],
    });
    expect(entry({ triggers: at('03:00:00', daily, '<ExecutionTimeLimit>PT1H</ExecutionTimeLimit>') }).notes?.[0]).toContain(
      '`ExecutionTimeLimit` PT1H of its trigger',
    );
  });
});

describe('the program of a task', () => {
  const read = (actions: string, here = true) => entry({ actions }, {}, here);

  test('is a program with arguments, its own folder and its user’s search path', () => {
    const { reading, notes } = read(
      exec('"C:\\Program Files\\restic\\restic.exe"', 'backup "C:\\My Documents" --tag a&quot;b', 'D:\\'),
    );
    expect(reading).toMatchObject({
      command: ['C:\\Program Files\\restic\\restic.exe', 'backup', 'C:\\My Documents', '--tag', 'ab'],
      shell: false,
      workingDir: 'D:\\',
      env: { PATH: env.Path },
    });
    expect(notes).toEqual([expect.stringContaining('by rules of its own')]);
    expect(read(exec('C:\\tool.exe')).reading?.workingDir).toBe('C:\\Windows\\System32');
  });

  test.each([
    ['cmd.exe', '/c dir &amp; echo %DATE%', 'dir & echo %DATE%'],
    ['C:\\Windows\\System32\\cmd.exe', '/C "C:\\a b\\x.bat" 1', '"C:\\a b\\x.bat" 1'],
    ['cmd', '/c ""C:\\a b\\x.bat" "1 2""', '"C:\\a b\\x.bat" "1 2"'],
    ['C:\\a b\\x.bat', '1 2', '"C:\\a b\\x.bat" 1 2'],
    ['%LOCALAPPDATA%\\tool.exe', '--quiet', '%LOCALAPPDATA%\\tool.exe --quiet'],
  ])('that cmd.exe has to run (%s %s) is text for it', (command, args, text) => {
    expect(read(exec(command, args)).reading).toMatchObject({ command: [text], shell: true });
  });

  test.each([
    [exec('C:\\a.exe') + exec('C:\\b.exe'), /2 actions/],
    ['<ComHandler><ClassId>{x}</ClassId></ComHandler>', /ComHandler/],
    ['', /no action/],
    [exec('C:\\scripts\\x.ps1'), /by the program for \.ps1/],
    [exec('%TEMP%\\x.exe', 'a|b'), /declare it by hand/],
    [exec('C:\\x.exe', '$(Arg0)'), /\$\(Arg0\)/],
  ])('is none for a job here: %s', (actions, note) => {
    const { reading, notes } = read(actions);
    expect(reading).toBeUndefined();
    expect(notes?.join()).toMatch(note);
  });

  test('read from a file says what only its own machine knows', () => {
    const { reading, notes } = read(exec('C:\\tool.exe', '', '%USERPROFILE%\\x'), false);
    expect(reading).toMatchObject({ env: {} });
    expect(reading?.workingDir).toBeUndefined();
    expect(notes?.join()).toMatch(/%USERPROFILE%.*its user's own PATH/);
  });
});

describe('the settings of a task', () => {
  test('that jobs have are carried over', () => {
    const settings =
      '<MultipleInstancesPolicy>Parallel</MultipleInstancesPolicy><DisallowStartIfOnBatteries>true</DisallowStartIfOnBatteries><StopIfGoingOnBatteries>false</StopIfGoingOnBatteries><StartWhenAvailable>true</StartWhenAvailable><RunOnlyIfNetworkAvailable>true</RunOnlyIfNetworkAvailable><ExecutionTimeLimit>PT1H</ExecutionTimeLimit><Priority>7</Priority>';
    const { reading, notes } = entry({ settings });
    expect(reading).toMatchObject({
      concurrency: 'allow',
      persistent: true,
      timeoutMs: 3_600_000,
      requires: { power: 'ac', network: { waitMs: 0 } },
      resources: { nice: 10 },
    });
    expect(notes).toEqual([]);
  });

  test('left out are those of Windows: three days, no start on battery, below normal', () => {
    const { reading, notes } = entry({ settings: '' });
    expect(reading).toMatchObject({ timeoutMs: 259_200_000, requires: { power: 'ac' }, resources: { nice: 10 } });
    expect(notes).toEqual([expect.stringContaining('`StopIfGoingOnBatteries` is true')]);
    expect(entry({ settings: '' }, { stopOnBattery: true }).notes).toEqual([]);
  });

  test('that jobs have not are said by name', () => {
    const settings =
      '<WakeToRun>true</WakeToRun><RunOnlyIfIdle>true</RunOnlyIfIdle><IdleSettings><StopOnIdleEnd>true</StopOnIdleEnd></IdleSettings><Hidden>true</Hidden><AllowStartOnDemand>false</AllowStartOnDemand><AllowHardTerminate>false</AllowHardTerminate><RestartOnFailure><Interval>PT1M</Interval><Count>3</Count></RestartOnFailure><MaintenanceSettings><Period>P1D</Period></MaintenanceSettings><Priority>0</Priority>';
    const notes = entry({ settings }).notes?.join('\n');
    for (const name of [
      'WakeToRun',
      'RunOnlyIfIdle',
      'StopOnIdleEnd',
      'Hidden',
      'AllowStartOnDemand',
      'AllowHardTerminate',
      'RestartOnFailure (3 times, every PT1M)',
      'MaintenanceSettings',
      'Priority 0 becomes 3',
    ])
      expect(notes).toContain(name);
  });
});

describe('the account of a task', () => {
  test('that differs from the one that jobs get is said', () => {
    const s4u = {
      principal: '<UserId>S-1-5-21-1-2-3-1001</UserId><LogonType>S4U</LogonType><RunLevel>HighestAvailable</RunLevel>',
    };
    expect(entry(s4u).notes?.join()).toMatch(/logged on or not \(S4U\).*highest rights/);
    expect(entry(s4u, { account: 's4u', highestRunLevel: true }).notes).toEqual([]);
    expect(
      entry({ principal: '<UserId>PC\\Ann</UserId><LogonType>Password</LogonType>' }, { account: 's4u' }).notes?.join(),
    ).toContain('stored password');
  });

  test.each([
    '<UserId>S-1-5-21-1-2-3-1002</UserId>',
    '<UserId>PC\\Bob</UserId>',
    '<UserId>S-1-5-18</UserId>',
    '<UserId>NT AUTHORITY\\NETWORK SERVICE</UserId>',
    '<GroupId>S-1-5-32-545</GroupId>',
  ])('that is another one (%s) is not taken over', (principal) => {
    const { notAdoptable, identity } = entry({ principal });
    expect(notAdoptable).toContain('not as the current user');
    expect(identity).toBeUndefined();
  });
});
