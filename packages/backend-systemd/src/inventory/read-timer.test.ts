import { createHost, defineSchedule, firesBetween, loadZone } from '@rota/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printLine } from '../on-calendar/print-line.ts';
import { translate } from '../on-calendar/translate.ts';
import { randomExpression, seededRandom } from '../testing/random-expression.ts';
import { quoteArgument } from '../unit/quote.ts';
import { readService } from './read-service.ts';
import { readTimer } from './read-timer.ts';
import { readUnitFile } from './read-unit-file.ts';
import { readWords } from './read-words.ts';

const now = Date.UTC(2026, 10, 21);
const host = createHost({
  timezone: 'Europe/Berlin',
  now: () => now,
  hostname: 'here',
  user: { name: 'ann', uid: 1000, home: '/home/ann' },
});
const timer = (...calendar: readonly string[]) =>
  readTimer({ calendar, monotonic: [], persistent: false, randomizedDelay: '0' }, host);

describe('OnCalendar in normal form', () => {
  test.each([
    ['*-*-* 06:00:00', '0 6 * * *'],
    ['*-*-* *:00:00', '0 * * * *'],
    ['*-*-* *:00/15:00', '*/15 * * * *'],
    ['Mon..Fri *-*-* 09..17:30:00', '30 9-17 * * 1-5'],
    ['Sat,Sun *-*-* 10:00:00', '0 10 * * 0,6'],
    ['Mon *-*-* 00:00:00', '0 0 * * 1'],
    ['*-*-01 00:00:00', '0 0 1 * *'],
    ['*-01,04,07,10-01 00:00:00', '0 0 1 */3 *'],
    ['*-*-* 00/6:00:00', '0 */6 * * *'],
    ['*-*-* 04:05:00 UTC', '5 4 * * *'],
  ])('%s is %s', (line, expression) => {
    expect(timer(line).trigger).toEqual({
      kind: 'schedule',
      expression,
      timezone: line.endsWith('UTC') ? 'UTC' : 'Europe/Berlin',
    });
  });

  test('in two lines is joined where cron can', () => {
    expect(timer('*-*-13 08:00:00', 'Fri *-*-* 08:00:00').trigger).toMatchObject({ expression: '0 8 13 * 5' });
    expect(timer('*-*-* 08:00:00', '*-*-* 20:00:00').trigger).toMatchObject({ expression: '0 8,20 * * *' });
    expect(timer('*-*-* 08:00:00', '*-*-* 20:30:00')).toMatchObject({
      trigger: null,
      notes: [expect.stringContaining('No cron expression')],
    });
  });

  test.each(['Fri *-*-13 08:00:00', '2027-*-* 08:00:00', '*-*~01 08:00:00', '*-*-* 08:00:30', '*-*-* *:*:00/10'])(
    '%s is not carried over, and says why',
    (line) => {
      expect(timer(line).trigger).toBeNull();
      expect(timer(line).notes.join()).toMatch(/OnCalendar=/);
    },
  );

  test('says on which days of clock changes a job differs', () => {
    expect(timer('*-*-* 02:30:00').notes).toEqual([
      'On days of clock changes it differs from systemd: the job also starts at 2027-03-28T01:00Z, 2028-03-26T01:00Z, 2029-03-25T01:00Z.',
    ]);
    expect(timer('*-*-* 06:00:00').notes).toEqual([]);
  });

  test('that was made from a cron expression is read as one with the same fire times', () => {
    const zone = loadZone('UTC');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const declared = defineSchedule(randomExpression(seededRandom(seed)), zone);
        const lines = translate(declared, { fromYear: 2026, toYear: 2027 }).map(printLine);
        const { trigger, notes } = timer(...lines);
        if (trigger?.kind !== 'schedule') {
          expect(notes.join()).toMatch(/No cron expression fires as/);
          return;
        }
        const read = defineSchedule(trigger.expression, loadZone(trigger.timezone));
        const [from, to] = [now / 1000, now / 1000 + 366 * 86_400];
        expect(firesBetween(read, from, to)).toEqual(firesBetween(declared, from, to));
      }),
      { numRuns: 40 },
    );
  });

  test('beside other triggers, or none at all, is said', () => {
    const read = (calendar: readonly string[], monotonic: readonly string[]) =>
      readTimer({ calendar, monotonic, persistent: true, randomizedDelay: '5min' }, host);
    expect(read(['*-*-* 06:00:00'], [])).toMatchObject({ persistent: true, randomizedDelayMs: 300_000 });
    expect(read(['*-*-* 06:00:00'], ['OnBootUSec=5min']).trigger).toBeNull();
    expect(read([], ['OnBootUSec=5min'])).toMatchObject({
      trigger: { kind: 'boot' },
      notes: ['It waits 5min after the start; the job starts at once.'],
    });
    expect(read([], ['OnUnitActiveUSec=5min']).trigger).toBeNull();
  });
});

describe('a service', () => {
  const service = (text: string) => readService(readUnitFile([text]), host, '/usr/bin:/bin');

  test('is read with what limits it', () => {
    expect(
      service(
        '[Unit]\nDescription=x\n[Service]\nType=oneshot\nExecStartPre=/bin/a "b c"\nExecStart=%h/bin/run --all \\\n  # not this\n  \'100%%\' "$$HOME"\n' +
          'Environment="A=1 2" B=%u\nWorkingDirectory=~\nTimeoutStartSec=1h 30min\nNice=10\nMemoryMax=512M\nProtectSystem=strict\nReadWritePaths=/srv\n',
      ),
    ).toEqual({
      program: {
        command: ['/home/ann/bin/run', '--all', '100%', '$HOME'],
        shell: false,
        env: { PATH: '/usr/bin:/bin', A: '1 2', B: 'ann' },
        timeoutMs: 5_400_000,
        before: [['/bin/a', 'b c']],
        resources: { nice: 10, memoryMax: '512M' },
        sandbox: { protectSystem: 'strict', readWritePaths: ['/srv'] },
      },
      notes: [],
    });
  });

  test.each([
    ['ExecStart=/bin/echo ${HOME}', 'holds variables'],
    ['ExecStart=+/bin/x', 'begins with `+`'],
    ['ExecStart=-/bin/x', 'may fail'],
    ['ExecStart=/bin/x %i', 'specifier'],
    ['ExecStart=/bin/x "open', 'cannot be read'],
    ['ExecStart=/bin/x ; /bin/y', 'several commands'],
    ['ExecStart=/bin/x\nExecStart=', 'starts no program'],
  ])('with %s is not carried over', (line, why) => {
    const { program, notes } = service(`[Service]\n${line}\n`);
    expect(program).toBeUndefined();
    expect(notes[0]).toContain(why);
  });

  test('names every setting that a job does not have', () => {
    expect(
      service('[Unit]\nAfter=network.target\nOnFailure=mail@%n.service\n[Service]\nExecStart=/bin/x\nEnvironmentFile=/etc/x\n')
        .notes,
    ).toEqual([
      '`After=network.target` of its service is not carried over.',
      '`OnFailure=mail@%n.service` of its service is not carried over.',
      '`EnvironmentFile=/etc/x` of its service is not carried over.',
    ]);
  });

  test('has the drop-ins that come after it', () => {
    const settings = readUnitFile(['[Service]\nExecStart=/bin/a\nNice=1\n', '[Service]\nExecStart=\nExecStart=/bin/b\n']);
    expect(readService(settings, host, undefined).program?.command).toEqual(['/bin/b']);
  });
});

test('what we quote is read back as one word', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed()),
        { minLength: 1, maxLength: 4 },
      ),
      (words) => {
        const read = readWords(words.map((word) => quoteArgument(word)).join('  '));
        expect(read?.map((word) => word.replaceAll('$$', '$').replaceAll('%%', '%'))).toEqual(words);
      },
    ),
  );
});
