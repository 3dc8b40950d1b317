import {
  createHost,
  createRota,
  declarationOf,
  declareEntries,
  defineSchedule,
  firesBetween,
  type Host,
  loadZone,
  nodeFiles,
  type Rota,
} from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FakeScheduler, fakeScheduler, me } from '../service/fake-scheduler.fixture.ts';
import { taskSchedule } from '../simulate/native-schedule.ts';
import { taskscheduler } from '../taskscheduler.ts';
import { readXml } from '../xml/read-xml.ts';
import { child, textAt } from '../xml/xml-element.ts';

const path = '\\Tools\\Täglicher Export';
const ours = '\\Rota\\default\\ann\\taglicher-export';
const bystander = '\\Rota\\default\\ann\\bystander';
const noon = Date.UTC(2026, 10, 29, 12) / 1000;

function taskXml(triggers: string, enabled = ''): string {
  return `<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2"><RegistrationInfo><URI>${path}</URI></RegistrationInfo><Triggers>${triggers}</Triggers><Principals><Principal id="Author"><UserId>${me.sid}</UserId><LogonType>Password</LogonType></Principal></Principals><Settings><StartWhenAvailable>true</StartWhenAvailable>${enabled}</Settings><Actions><Exec><Command>C:\\tool.exe</Command></Exec></Actions></Task>`;
}
const every = (interval: string): string =>
  `<TimeTrigger><Repetition><Interval>${interval}</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition><StartBoundary>2024-01-01T00:00:00Z</StartBoundary><Enabled>true</Enabled></TimeTrigger>`;
const daily =
  '<CalendarTrigger><StartBoundary>2024-01-01T14:00:00</StartBoundary><Enabled>true</Enabled><ScheduleByDay /></CalendarTrigger>';

/** A Windows whose clock goes on by itself: each call of a program takes some seconds. */
interface Machine {
  readonly host: Host;
  readonly rota: Rota;
  readonly scheduler: FakeScheduler;
  /** What starts our job and theirs, from the first second that was looked at on. */
  readonly starts: number[];
  now: number;
}

function windows(program: string, xml: string, now = noon, secondsPerCall = 0): Machine {
  const scheduler = fakeScheduler(nodeFiles.readBytes, { powershell: program === 'PowerShell' });
  scheduler.tasks.set(path, xml);
  const starts: number[] = [];
  const pass = (seconds: number): void => {
    const [from, to] = [machine.now, machine.now + seconds];
    for (const name of [path, ours]) {
      const text = scheduler.tasks.get(name);
      if (text !== undefined && !text.includes('<Enabled>false</Enabled>'))
        starts.push(...taskSchedule(text, loadZone('UTC')).firesBetween(from, to));
    }
    machine.now = to;
  };
  const host = createHost({
    platform: 'win32',
    user: { name: 'Ann', uid: 0, home: 'C:\\Users\\Ann' },
    stateDir: temporaryFolder(),
    timezone: 'UTC',
    now: () => machine.now * 1000,
    sleep: async (ms) => pass(Math.ceil(ms / 1000)),
    run: async (request) => {
      pass(secondsPerCall);
      return scheduler.run(request);
    },
  });
  const machine: Machine = { host, rota: createRota({ host, backends: [taskscheduler()] }), scheduler, starts, now };
  return machine;
}

async function importAll({ host, rota }: Machine) {
  const entries = (await taskscheduler().inventory?.(host)) ?? [];
  const imported = await declareEntries(entries, { tenant: 'ann' });
  const jobs = imported.flatMap(({ manifest }) => (manifest === null ? [] : [manifest]));
  const other = { tenant: 'ann', name: 'bystander', on: 'boot' as const, command: 'C:\\tool.exe' };
  const declare = async (declared: Parameters<typeof declarationOf>[0]) =>
    await declarationOf(declared, { host, source: 'test' });
  await rota.apply(await rota.plan(await declare([other]), { backend: 'taskscheduler' }));
  const declaration = await declare([other, ...jobs]);
  return { imported, plan: async (adopt = true) => await rota.plan(declaration, { adopt, backend: 'taskscheduler' }) };
}

const theirs = ({ scheduler }: Machine) => [...scheduler.tasks].filter(([name]) => name !== bystander);

describe.each(['PowerShell', 'schtasks'])('a task of somebody else, through %s', (program) => {
  test('is imported, replaced without a touch of its definition, and comes back byte for byte with a rollback', async () => {
    const machine = windows(program, taskXml(daily, '<Enabled>true</Enabled>'));
    const { rota, scheduler } = machine;
    const before = scheduler.tasks.get(path);
    const { plan } = await importAll(machine);
    const result = await rota.apply(await plan());
    expect(result.changes).toMatchObject([{ action: 'adopt', tenant: 'ann', name: 'taglicher-export' }]);
    expect([...scheduler.tasks.keys()].sort()).toEqual([bystander, ours, path].sort());
    expect(scheduler.tasks.get(path)).toBe(
      before?.replace('<Enabled>true</Enabled></Settings>', '<Enabled>false</Enabled></Settings>'),
    );
    expect(scheduler.calls).not.toContain('schtasks /delete');
    // What Windows decides where a task leaves it out, and what the task says, hold for the job's own task.
    const settings = child(readXml(scheduler.tasks.get(ours) ?? ''), 'Settings');
    expect(['DisallowStartIfOnBatteries', 'StartWhenAvailable', 'Priority'].map((name) => textAt(settings, name))).toEqual([
      'true',
      'true',
      '7',
    ]);
    expect((await plan()).changes.filter(({ action }) => action !== 'none')).toEqual([]);
    expect(await taskscheduler().inventory?.(machine.host)).toEqual([]);
    await rota.rollback();
    expect(new Map(scheduler.tasks)).toEqual(
      new Map([
        [path, before],
        [bystander, expect.anything()],
      ]),
    );
  });

  test('that was edited since stays, and nothing is installed', async () => {
    const machine = windows(program, taskXml(daily));
    const { plan } = await importAll(machine);
    machine.scheduler.tasks.set(path, taskXml(daily.replace('T14', 'T15')));
    await expect(plan()).rejects.toMatchObject({ code: 'ROTA_ADOPT_CHANGED' });
    expect(theirs(machine)).toEqual([[path, taskXml(daily.replace('T14', 'T15'))]]);
  });

  test('that was edited between plan and apply stays too', async () => {
    const machine = windows(program, taskXml(daily));
    const made = await (await importAll(machine)).plan();
    const edited = taskXml(daily.replace('T14', 'T15'));
    machine.scheduler.tasks.set(path, edited);
    await expect(machine.rota.apply(made)).rejects.toMatchObject({
      code: 'ROTA_APPLY_FAILED',
      cause: expect.objectContaining({ code: 'ROTA_ADOPT_CHANGED' }),
    });
    expect(theirs(machine)).toEqual([[path, edited]]);
  });

  test('that cannot be disabled stays enabled, and its job is not there', async () => {
    const machine = windows(program, taskXml(daily));
    const made = await (await importAll(machine)).plan();
    machine.scheduler.failing.set(path, 0x80070005);
    await expect(machine.rota.apply(made)).rejects.toMatchObject({ code: 'ROTA_APPLY_FAILED' });
    expect(theirs(machine)).toEqual([[path, taskXml(daily)]]);
  });

  test('and its job start every fire time once, whenever they take turns', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('PT5M', 'PT15M', 'PT1H'),
        fc.integer({ min: 0, max: 3600 }),
        fc.integer({ min: 0, max: 8 }),
        async (interval, second, pace) => {
          const machine = windows(program, taskXml(every(interval)), noon + second, pace);
          const { imported, plan } = await importAll(machine);
          await machine.rota.apply(await plan());
          await machine.host.sleep(3_000_000);
          await machine.rota.rollback();
          await machine.host.sleep(3_000_000);
          const expression = String(imported[0]?.manifest?.spec.schedule);
          expect([...machine.starts].sort((a, b) => a - b)).toEqual(
            firesBetween(defineSchedule(expression, 'UTC'), noon + second, machine.now),
          );
        },
      ),
      { numRuns: 15, seed: 5 },
    );
  });
});
