import type { Job } from '@rota/core';
import { requirePart, userSystemd, userSystemdPart } from '@rota/test-support';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemd } from './systemd.ts';
import { compileJob } from './testing/compile-job.ts';
import { type TestNamespace, testNamespace } from './testing/test-namespace.ts';
import { userHost } from './testing/user-host.ts';

const describe = requirePart(userSystemdPart);
const seconds = (): number => Math.floor(Date.now() / 1000);
const sleep = async (ms: number): Promise<void> => await new Promise((done) => setTimeout(done, ms));
const daily = (time: number): Partial<Job> => {
  const at = new Date(time * 1000);
  return { trigger: { kind: 'schedule', expression: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, timezone: 'UTC' } };
};
const everyMinute: Partial<Job> = { trigger: { kind: 'schedule', expression: '* * * * *', timezone: 'UTC' } };

async function until(what: () => boolean | Promise<boolean>, timeoutMs = 150_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await what()); await sleep(250)) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
  }
}

describe('the units of a real user manager', () => {
  let ns: TestNamespace;
  beforeAll(async () => {
    ns = await testNamespace(userHost(await userSystemd('rota-units')), 'sdtest');
  });
  // One failure is not to fail the next test.
  beforeEach(async () => await ns.removeAll());
  afterAll(async () => await ns.removeAll());
  const unit = (name: string, type: 'service' | 'timer'): string => `rota.sdtest.acme.${name}.${type}`;

  test('are installed, listed without drift, verified in silence, and removed without a trace', async () => {
    const folders = [ns.unitFolder, `${ns.unitFolder}/timers.target.wants`, `${ns.host.user.home}/.local/share/systemd/timers`];
    ns.host.files.write(`${ns.unitFolder}/neighbour.service`, '[Service]\nExecStart=/bin/true\n');
    // An empty one, which the last `disable` of anything leaves or removes, says nothing.
    ns.host.files.removeFolder(`${ns.unitFolder}/timers.target.wants`);
    const before = folders.map((folder) => ns.host.files.list(folder));
    const job: Partial<Job> = {
      trigger: { kind: 'schedule', expression: '*/20 1-3 * * 1-5', timezone: 'America/New_York' },
      persistent: true,
      randomizedDelayMs: 90_000,
      annotations: { description: 'Back 100% up \\', docs: 'https://example.org/x man:cron(8) not-a-uri' },
      timeoutMs: 1500,
    };
    await ns.apply({ full: job, bare: {}, paused: { paused: true }, later: { trigger: { kind: 'boot' } } });
    expect(await ns.drift()).toEqual({ full: [], bare: [], paused: [], later: [] });
    expect((await ns.list()).map(({ name, active }) => [name, active])).toEqual([
      ['bare', true],
      ['full', true],
      ['later', true],
      ['paused', false],
    ]);
    const files = (await ns.list()).flatMap(({ name }) => ns.artifact(name).files.map((file) => `${ns.unitFolder}/${file.name}`));
    const verify = await ns.host.run({ file: 'systemd-analyze', args: ['--user', '--man=no', 'verify', ...files] });
    expect([verify.exitCode, verify.stdout, verify.stderr]).toEqual([0, '', '']);
    await ns.apply({ full: null, bare: null, paused: null, later: null });
    expect(await ns.list()).toEqual([]);
    expect(folders.map((folder) => ns.host.files.list(folder))).toEqual(before);
    expect(ns.host.files.readText(`${ns.unitFolder}/neighbour.service`)).toBe('[Service]\nExecStart=/bin/true\n');
    ns.host.files.remove(`${ns.unitFolder}/neighbour.service`);
  });

  test('fire on the minute, and every outcome is recorded without Node', async () => {
    await ns.apply({
      good: {
        ...everyMinute,
        command: ['/bin/sh', '-c', 'test "$ROTA_RUN_ID" = "$INVOCATION_ID" && test "$ROTA_JOB/$ROTA_TENANT" = good/acme'],
      },
      bad: { ...everyMinute, shell: true, command: ['echo said by $ROTA_JOB; sleep 0.3; exit 7'] },
      slow: { ...everyMinute, command: ['sleep', '600'], timeoutMs: 3000 },
      killed: { ...everyMinute, shell: true, command: ['kill -KILL $$'] },
      absent: { ...everyMinute, command: ['no-such-program'] },
      nowhere: { ...everyMinute, workingDir: 'no/such/folder' },
      never: { ...everyMinute, paused: true },
      later: { trigger: { kind: 'boot' } },
    });
    await until(() => ns.records().length >= 6);
    const applied = seconds();
    await ns.apply({ good: null, bad: null, slow: null, killed: null, absent: null, nowhere: null, never: null });
    const shape = (name: string): unknown => {
      const record = ns.records().find((found) => found.name === name);
      return record && [record.status, record.exitCode, record.signal, record.trigger, record.backend];
    };
    expect(
      Object.fromEntries(
        ['good', 'bad', 'slow', 'killed', 'absent', 'nowhere', 'never', 'later'].map((name) => [name, shape(name)]),
      ),
    ).toEqual({
      good: ['success', 0, null, 'schedule', 'systemd'],
      bad: ['failure', 7, null, 'schedule', 'systemd'],
      slow: ['timeout', null, 'SIGTERM', 'schedule', 'systemd'],
      killed: ['failure', null, 'SIGKILL', 'schedule', 'systemd'],
      absent: ['failure', 127, null, 'schedule', 'systemd'],
      nowhere: ['failure', 125, null, 'schedule', 'systemd'],
      never: undefined,
      later: undefined,
    });
    for (const record of ns.records()) {
      expect(record.runId).toMatch(/^[0-9a-f]{32}$/);
      expect(Date.parse(record.endedAt) - Date.parse(record.startedAt)).toBe(record.durationMs);
      // On the minute: a second of accuracy, the rest is a busy machine.
      expect((Date.parse(record.startedAt) / 1000) % 60).toBeLessThan(30);
      expect(applied - Date.parse(record.startedAt) / 1000).toBeLessThan(120);
    }
    // systemd counts from when it takes up the job, which on a busy machine is a while before the process.
    const slow = ns.records().find(({ name }) => name === 'slow');
    expect(slow?.durationMs).toBeGreaterThanOrEqual(300);

    const bad = { tenant: 'acme', name: 'bad' };
    const runId = ns.records().find(({ name }) => name === 'bad')?.runId;
    for (const options of [{ lines: 10 }, { lines: 10, ...(runId === undefined ? {} : { runId }) }]) {
      const text = await systemd().logs?.(ns.host, 'sdtest', bad, options);
      // Where this user may not read the journal, that is said, with the way out.
      expect(text).toMatch(ns.host.user.name === 'rota-units' ? /said by bad/ : /said by bad|^unavailable: .*systemd-journal/);
    }

    await ns.systemctl('start', unit('later', 'service'));
    await until(() => ns.records().some(({ name }) => name === 'later'));
    expect(shape('later')).toEqual(['success', 0, null, 'event', 'systemd']);
    await ns.apply({ later: null });
  });

  test('have all that they wrote in their log, also what a program wrote that ended at once, and each run its own', async () => {
    const lines = Array.from({ length: 40 }, (_, index) => `said ${index + 1}`);
    const say = 'for n in $(seq 1 40); do /bin/echo said $n; done; exec /bin/echo $ROTA_RUN_ID';
    await ns.apply({ brief: { trigger: { kind: 'boot' }, shell: true, command: [say] } });
    for (const _ of [1, 2]) await ns.systemctl('start', unit('brief', 'service'));
    await until(() => ns.records().filter(({ name }) => name === 'brief').length === 2);
    const read = async (options: { readonly runId?: string } = {}): Promise<readonly string[]> => {
      const text = await systemd().logs?.(ns.host, 'sdtest', { tenant: 'acme', name: 'brief' }, { lines: 82, ...options });
      return (text ?? '').split('\n').flatMap((line) => (line === '' ? [] : [line.replace(/^.*?\]: /, '')]));
    };
    const ids = ns.records().flatMap(({ name, runId }) => (name === 'brief' ? [runId] : []));
    const wanted = ids.map((id) => [...lines, id]);
    // Where this user may read the journal, which keeps what earlier tests wrote.
    if (ns.host.user.name === 'rota-units' || !(await read())[0]?.startsWith('unavailable')) {
      await expect.poll(read).toEqual(wanted.flat());
      expect(await Promise.all(ids.map((runId) => read({ runId })))).toEqual(wanted);
    }
    await ns.apply({ brief: null });
  });

  test('start nothing by surprise when they change, and fire at their new time', async () => {
    const triggers = (): readonly string[] => ns.records().map(({ trigger }) => trigger);
    const at = (time: number): { readonly edit: (timer: string) => string } => ({
      edit: (timer) =>
        timer.replace(/^OnCalendar=.*$/m, `OnCalendar=*-*-* ${new Date(time * 1000).toISOString().slice(11, 19)} UTC`),
    });
    const runs = (): number => ns.records().filter(({ name }) => name === 'moved').length;
    await ns.apply({ moved: { persistent: true } }, at(seconds() + 7200));
    // Far enough that the timer is there before its time.
    await ns.apply({ moved: { persistent: true } }, at(seconds() + 10));
    await until(() => runs() === 1);
    await sleep(1500);
    // Between its last trigger and now: a bare reload would start it at once.
    await ns.apply({ moved: { persistent: true } }, at(seconds() - 1));
    await sleep(1100);
    // Between its last start and now: a stop and a start would, too.
    await ns.apply({ moved: {} }, at(seconds() - 1));
    await sleep(1500);
    expect(runs()).toBe(1);
    await ns.apply({ moved: {} }, at(seconds() + 10));
    await until(() => runs() === 2);
    // The same for one without a stamp, which 262 counts from its last trigger even when it was stopped and started.
    await sleep(1500);
    await ns.apply({ moved: {} }, at(seconds() - 1));
    await sleep(1500);
    expect(runs()).toBe(2);
    ns.ask('moved');
    await ns.systemctl('start', unit('moved', 'service'));
    await until(() => runs() === 3);
    expect(triggers()).toEqual(['schedule', 'schedule', 'manual']);
    await ns.apply({ moved: null });
  });

  test('that change keep a timer running, and a removed job finishes what it is doing', async () => {
    const hold = `${ns.host.user.home}/rota-test-hold`;
    ns.host.files.write(hold, '');
    const work = [`while [ -e ${hold} ]; do sleep 0.1; done; echo done`];
    await ns.apply({ stay: daily(seconds() + 7200), busy: { ...daily(seconds() + 7200), shell: true, command: work } });
    const since = await ns.systemctl('show', '-p', 'ActiveEnterTimestampMonotonic', '--value', unit('stay', 'timer'));
    await ns.systemctl('start', '--no-block', unit('busy', 'service'));
    await until(
      async () => (await ns.systemctl('show', '-p', 'ActiveState', '--value', unit('busy', 'service'))).trim() === 'activating',
    );
    await ns.apply({ stay: { ...daily(seconds() + 3600), command: ['/bin/false'] }, busy: null });
    expect(await ns.systemctl('show', '-p', 'ActiveEnterTimestampMonotonic', '--value', unit('stay', 'timer'))).toBe(since);
    ns.host.files.remove(hold);
    await until(() => ns.records().some(({ name }) => name === 'busy'));
    const record = ns.records().find(({ name }) => name === 'busy');
    expect([record?.status, record?.trigger]).toEqual(['success', 'manual']);
    expect(await ns.drift()).toEqual({ stay: [] });
    await ns.apply({ stay: null });
  });

  test('of a persistent job run once for what was missed while it was not loaded, never for what was before the apply', async () => {
    const job = { ...daily(seconds() - 3600), persistent: true };
    await ns.apply({ fresh: job });
    await ns.apply({ handed: job }, { handledUntil: seconds() - 2 * 86_400 });
    await until(() => ns.records().some(({ name }) => name === 'handed'));
    await sleep(1000);
    expect(
      ns
        .records()
        .filter(({ name }) => name === 'fresh' || name === 'handed')
        .map(({ name }) => name),
    ).toEqual(['handed']);
    await ns.apply({ fresh: null, handed: null });
  });

  test('that someone else changed are told from ours', async () => {
    const job = daily(seconds() + 7200);
    const names = [
      'edited',
      'dropin',
      'passing',
      'disabled',
      'stopped',
      'masked',
      'halved',
      'foreign',
      'timed',
      'paused',
      'fine',
    ];
    const special: Readonly<Record<string, Partial<Job>>> = {
      paused: { ...job, paused: true },
      timed: { trigger: { kind: 'after', job: { tenant: 'acme', name: 'fine' } } },
    };
    const jobs = Object.fromEntries(names.map((name) => [name, special[name] ?? job]));
    await ns.apply(jobs);
    const { files } = ns.host;
    const path = (name: string, type: 'service' | 'timer'): string => `${ns.unitFolder}/${unit(name, type)}`;
    files.write(
      path('edited', 'timer'),
      (files.readText(path('edited', 'timer')) ?? '').replace('AccuracySec=1s', 'AccuracySec=1min'),
    );
    files.write(`${path('dropin', 'service')}.d/override.conf`, '[Service]\nNice=5\n');
    await ns.systemctl('set-property', '--runtime', unit('passing', 'service'), 'CPUWeight=50');
    files.write(path('timed', 'timer'), '[Timer]\nOnCalendar=daily\n');
    await ns.systemctl('disable', unit('disabled', 'timer'));
    await ns.systemctl('stop', unit('stopped', 'timer'));
    files.remove(path('masked', 'service'));
    await ns.systemctl('mask', unit('masked', 'service'));
    files.remove(path('halved', 'service'));
    files.write(path('foreign', 'service'), '[Service]\nExecStart=/bin/true\n');
    files.write(path('foreign', 'timer'), '[Timer]\nOnCalendar=daily\n');
    await ns.systemctl('enable', '--now', unit('paused', 'timer'));
    expect(await ns.drift()).toEqual({
      edited: ['edited'],
      dropin: ['drop-in'],
      passing: ['drop-in'],
      timed: ['foreign', 'edited'],
      disabled: ['disabled'],
      stopped: ['disabled'],
      masked: ['masked', 'missing'],
      halved: ['missing'],
      foreign: ['foreign', 'foreign'],
      paused: ['enabled'],
      fine: [],
    });
    files.remove(`${path('dropin', 'service')}.d/override.conf`);
    files.removeFolder(`${path('dropin', 'service')}.d`);
    await ns.systemctl('revert', unit('passing', 'service'));
    files.remove(path('timed', 'timer'));
    // The same batch again repairs all of it.
    await ns.apply(jobs);
    expect(Object.values(await ns.drift()).flat()).toEqual([]);
    await ns.apply(Object.fromEntries(names.map((name) => [name, null])));
  });

  test('give a job its arguments and environment back, whatever the characters', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
    const nasty = [
      '',
      ' ',
      '%h%%n',
      '$HOME ${PATH} $$',
      '\\',
      '"\'`',
      ';',
      '-',
      '\u{1}\u{7f}\u{85}',
      '\uFFFE\uFDD0\u{1FFFF}',
      '\n\t\r',
      '🦊',
      'a'.repeat(60_000),
    ];
    const batch = fc.array(fc.record({ args: fc.array(text, { maxLength: 8 }), values: fc.array(text, { maxLength: 8 }) }), {
      minLength: 20,
      maxLength: 20,
    });
    const seed = Number(process.env.ROTA_SEED ?? 20_261_121);
    const cases = [{ args: nasty, values: nasty }, ...fc.sample(batch, { numRuns: process.env.ROTA_LONG ? 70 : 1, seed }).flat()];
    // What came is written in hexadecimal by programs that do not interpret it.
    const script = 'umask 077; { for word; do printf "%s\\0" "$word"; done; printf "|\\0"; env -0; } > "$0"';
    const folder = `${ns.host.user.home}/roundtrip`;
    ns.host.files.makeFolder(folder);
    for (let from = 0; from < cases.length; from += 50) {
      const part = cases.slice(from, from + 50);
      const jobs = Object.fromEntries(
        part.map(({ args, values }, index) => [
          `trip-${index}`,
          {
            trigger: { kind: 'boot' },
            command: ['/bin/sh', '-c', script, `${folder}/${index}`, ...args],
            env: Object.fromEntries(values.map((value, at) => [`V${at}`, value])),
          } satisfies Partial<Job>,
        ]),
      );
      await ns.apply(jobs);
      await ns.systemctl('start', ...part.map((_, index) => unit(`trip-${index}`, 'service')));
      for (const [index, { args, values }] of part.entries()) {
        const words = (ns.host.files.readText(`${folder}/${index}`) ?? '').split('\0');
        expect(words.slice(0, args.length), `seed ${seed}, case ${from + index}`).toEqual(args);
        expect(words[args.length]).toBe('|');
        const env = new Map(
          words.slice(args.length + 1).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
        );
        expect(
          values.map((_, at) => env.get(`V${at}`)),
          `seed ${seed}, case ${from + index}`,
        ).toEqual(values);
      }
      await ns.apply(Object.fromEntries(Object.keys(jobs).map((name) => [name, null])));
    }
    await ns.host.run({ file: 'rm', args: ['-rf', folder] });
  });

  test('are the same bytes for the same input', () => {
    expect(compileJob({ env: { B: '1', A: '2' } }).artifact).toEqual(compileJob({ env: { A: '2', B: '1' } }).artifact);
  });
});
