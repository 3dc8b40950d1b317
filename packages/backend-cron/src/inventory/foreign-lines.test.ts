import { createHost, type ForeignSwitch } from '@rota/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBytesText } from '../crontab-text/bytes-text.ts';
import { editTable } from '../crontab-text/edit-table.ts';
import type { CronDialect } from '../dialect.ts';
import { realWorldTable } from '../real-world-tables.test-support.ts';
import { type ForeignLine, foreignLines } from './foreign-lines.ts';
import { readCommand, withInput } from './read-command.ts';
import { readLine } from './read-line.ts';
import { switchLines } from './switch-foreign.ts';

const host = createHost({ timezone: 'Europe/Berlin', now: () => Date.UTC(2026, 10, 21) });
const read = (table: string, dialect: CronDialect = 'debian') => foreignLines(table).map((line) => readLine(line, dialect, host));
const one = (table: string, dialect: CronDialect = 'debian') => {
  const [first] = read(table, dialect).slice(-1);
  if (first?.reading === undefined) throw new Error('nothing was read');
  return { ...first.reading, notes: first.notes };
};
const off = ({ digest, key, line }: ForeignLine): ForeignSwitch => ({
  original: { backend: 'cron', dialect: { name: 'debian' }, id: `crontab:${line}`, key, digest },
  to: 'off',
  mustExist: true,
});

describe('a line of a crontab', () => {
  test('is read with the settings above it, its zone written out', () => {
    expect(
      one('MAILTO=ann@example.org\nX=1\nX = "two  words" \nPATH=/opt/bin:/bin\n30 4 1,15 JAN,jul sun  printf "a b" | tee x\n'),
    ).toEqual({
      trigger: { kind: 'schedule', expression: '30 4 1,15 JAN,jul sun', timezone: 'Europe/Berlin' },
      command: ['printf "a b" | tee x'],
      shell: true,
      env: { PATH: '/opt/bin:/bin', X: 'two  words' },
      notes: [
        'cron mails its output to ann@example.org. Rota keeps the output (rota logs); `alerts` can tell somebody of failures.',
      ],
    });
  });

  test.each([
    ['@reboot /opt/x', { kind: 'boot' }],
    ['@daily /opt/x', { kind: 'schedule', expression: '@daily', timezone: 'Europe/Berlin' }],
    ['  0\t9-17  * * mon-fri\techo', { kind: 'schedule', expression: '0 9-17 * * mon-fri', timezone: 'Europe/Berlin' }],
  ])('%j starts at %j', (line, trigger) => expect(one(`${line}\n`).trigger).toEqual(trigger));

  test('with a condition of the shell is told to fail on the days that are left out', () => {
    const notes = (command: string) => one(`0 7 1-7 * * ${command}\n`).notes;
    const told = [expect.stringContaining('if CONDITION; then COMMAND; fi')];
    expect(notes('[ $(date +\\%u) -eq 1 ] && /opt/report')).toEqual(told);
    expect(notes('test -x /opt/report && /opt/report')).toEqual(told);
    expect(notes('/opt/test && /opt/report')).toEqual([]);
    expect(notes('[ -x /opt/report ]')).toEqual([]);
  });

  test('of another shell is a program, and so needs none', () => {
    expect(one('SHELL=/bin/bash\nHOME=/srv\n5 5 * * * source x && y\n')).toMatchObject({
      command: ['/bin/bash', '-c', 'source x && y'],
      shell: false,
      workingDir: '/srv',
      env: { PATH: '/usr/bin:/bin', SHELL: '/bin/bash', HOME: '/srv' },
    });
  });

  test('has the zone and the delay that cronie gives it, and that Debian does not', () => {
    const table = 'CRON_TZ=Asia/Tokyo\nRANDOM_DELAY=10\n5 5 * * * x\n';
    expect(one(table, 'cronie')).toMatchObject({
      trigger: { timezone: 'Asia/Tokyo' },
      randomizedDelayMs: 600_000,
      env: { PATH: '/usr/bin:/bin' },
    });
    const debian = one(table);
    expect(debian).toMatchObject({ trigger: { timezone: 'Europe/Berlin' }, env: { CRON_TZ: 'Asia/Tokyo' } });
    expect(debian.randomizedDelayMs).toBeUndefined();
    expect(debian.notes.join()).toContain("CRON_TZ=Asia/Tokyo stands above it, which Debian's cron ignores");
    expect(one('CRON_TZ=Asia/Tokyo\nCRON_TZ=\n5 5 * * * x\n', 'cronie').trigger).toMatchObject({ timezone: 'Europe/Berlin' });
  });

  test.each(['0 0 30 2 * x', '0 0 * * fri-mon x', '0~30 * * * * x', '0 0 * * 1#2 x'])(
    '%j is not carried over, and says why',
    (line) => {
      const { trigger, notes } = one(`${line}\n`);
      expect(trigger).toBeNull();
      expect(notes.join()).toMatch(/cannot be carried over\. .+/);
    },
  );

  test('of BusyBox is told apart where its rules are its own', () => {
    expect(one('0 0 */2 * * x\n', 'busybox').trigger).toBeNull();
    const { trigger, notes } = one('30 2 * * * x\n', 'busybox');
    expect(trigger).not.toBeNull();
    expect(notes.join()).toMatch(/On days of clock changes it differs from BusyBox crond: the job also starts at 2027-03-28T/);
  });

  test('that may overlap itself says so', () => {
    expect(one('*/5 * * * * x\n').notes.join()).toContain('cron starts a second run');
    expect(one('5 * * * * x\n').notes).toEqual([]);
  });
});

describe('what stands above a line', () => {
  test('is its description, unless it is something else', () => {
    const comments = (table: string) => foreignLines(table).map((line) => line.comments);
    expect(comments('# Backs up\n# the lot\n0 1 * * * a\n\n#0 1 * * * gone\n0 2 * * * b\n# far\n\n0 3 * * * c\n')).toEqual([
      ['Backs up', 'the lot'],
      [],
      [],
    ]);
  });

  test('names the tool that writes it', () => {
    const tools = foreignLines(
      '#Ansible: nightly backup\n0 1 * * * a\n# Puppet Name: sync\n0 1 * * * b\n# Begin Whenever generated tasks for: /srv/app at: 2024\n0 1 * * * c\n\n0 1 * * * d\n# End Whenever generated tasks for: /srv/app at: 2024\n0 1 * * * e\n',
    ).map(({ tool }) => tool && `${tool.name} ${tool.entry}`);
    expect(tools).toEqual(['Ansible nightly backup', 'Puppet sync', 'Whenever /srv/app', 'Whenever /srv/app', undefined]);
  });
});

describe('a command', () => {
  test.each([
    ['echo', { command: 'echo' }],
    ['date +\\%H', { command: 'date +%H' }],
    ["echo '%d'", { command: "echo '", input: "d'\n" }],
    [
      'mail -s "It\'s 10pm" joe%Joe,%%Where are your kids?%',
      { command: 'mail -s "It\'s 10pm" joe', input: 'Joe,\n\nWhere are your kids?\n' },
    ],
    ['cat%a\\%b', { command: 'cat', input: 'a%b\n' }],
    ['a \\\\% b', { command: 'a \\', input: ' b\n' }],
    ['a\\\\\\%b \\c \\', { command: 'a\\%b \\c \\' }],
    ['cat%a\\\\%b\\n', { command: 'cat', input: 'a\\%b\\n\n' }],
    ['true%', { command: 'true' }],
  ])('%j is %j', (rest, expected) => expect(readCommand(rest, 'debian')).toEqual(expected));

  test('keeps its double backslashes on cronie, and everything on BusyBox', () => {
    expect(readCommand('a \\\\ \\% b', 'cronie')).toEqual({ command: 'a \\\\ % b' });
    expect(readCommand('a\\\\%b', 'cronie')).toEqual({ command: 'a\\\\', input: 'b\n' });
    expect(readCommand('a \\\\ \\% b%', 'busybox')).toEqual({ command: 'a \\\\ \\% b%' });
  });

  test('gets its input through the shell', async () => {
    const { execFileSync } = await import('node:child_process');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '%', "'", '$', '`', '\\', '"', 'ROTA_INPUT', '\n') }), (text) => {
        const input = `${text}\n`;
        expect(execFileSync('/bin/sh', ['-c', withInput({ command: 'cat # comment', input })], { encoding: 'utf8' })).toBe(input);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a line that is switched off', () => {
  const table = 'A=1\n# why\n0 1 * * * a\r\n0 1 * * * a\r\nB=2\n0 2 * * * a\n';

  test('stays where it is, as a comment', () => {
    const [, second] = foreignLines(table);
    if (second === undefined) throw new Error('no second line');
    const without = switchLines(table, [off(second)]);
    expect(without).toBe('A=1\n# why\n0 1 * * * a\r\n# adopted by rota: 0 1 * * * a\r\nB=2\n0 2 * * * a\n');
    expect(switchLines(without, [off(second)])).toBe(without);
    expect(foreignLines(without).map(({ on, digest }) => [on, digest])).toEqual(
      foreignLines(table).map(({ digest }, index) => [index !== 1, digest]),
    );
  });

  test('must be there as it was imported', () => {
    const [first] = foreignLines(table);
    if (first === undefined) throw new Error('no first line');
    for (const edited of [table.replaceAll('0 1', '0 3'), table.replace('A=1', 'A=2'), '']) {
      expect(() => switchLines(edited, [off(first)])).toThrow(expect.objectContaining({ code: 'ROTA_ADOPT_CHANGED' }));
      expect(switchLines(edited, [{ ...off(first), mustExist: false }])).toBe(edited);
    }
  });

  test.each([
    ['a setting above it', 'A=1', 'A=2'],
    ['its times', ': 0 1', ': 5 1'],
    ['lines of others around it', '# why', '# why\n0 4 * * * b'],
  ])('comes back also where a person edited %s meanwhile', (_, from, to) => {
    const lines = foreignLines(table);
    const without = switchLines(table, lines.map(off)).replaceAll(from, to);
    const back = switchLines(
      without,
      lines.map((line) => ({ ...off(line), to: 'on' })),
      [],
    );
    expect(back).toBe(without.replaceAll('# adopted by rota: ', ''));
    expect(foreignLines(back).map(({ on }) => on)).not.toContain(false);
  });

  test('that another job took the place of does not come back for one that was removed by hand', () => {
    const [first, second] = foreignLines('0 1 * * * a\n0 2 * * * a\n');
    if (first === undefined || second === undefined) throw new Error('no lines');
    const without = '# adopted by rota: 0 2 * * * a\n';
    expect(
      switchLines(without, [
        { ...off(first), to: 'on' },
        { ...off(second), to: 'off' },
      ]),
    ).toBe(without);
  });

  test('does not come back where it may be one whose place another job has', () => {
    const [first, second] = foreignLines('M=1\n0 1 * * * a\n0 13 * * * a\n');
    if (first === undefined || second === undefined) throw new Error('no lines');
    const back: ForeignSwitch = { ...off(second), to: 'on' };
    const prefix = '# adopted by rota: ';
    const edited = `M=2\n${prefix}0 1 * * * a\n${prefix}0 13 * * * a\n`;
    const removed = `M=1\n${prefix}0 1 * * * a\n`;
    for (const table of [edited, removed]) expect(switchLines(table, [back], [off(first).original])).toBe(table);
    // The other one is the one of the other job for certain.
    const moved = `M=1\n${prefix}0 1 * * * a\n${prefix}0 14 * * * a\n`;
    expect(switchLines(moved, [back], [off(first).original])).toBe(`M=1\n${prefix}0 1 * * * a\n0 14 * * * a\n`);
    // Of which nobody knows whose it is.
    expect(switchLines(moved, [back])).toBe(moved);
    expect(switchLines(edited, [back], [])).toBe(edited);
  });

  test('comes back byte for byte, with our block there or not', () => {
    fc.assert(
      fc.property(realWorldTable, fc.infiniteStream(fc.boolean()), (text, choose) => {
        const before = toBytesText(text);
        const switches = foreignLines(before)
          .filter(() => choose.next().value)
          .map(off);
        const without = switchLines(before, switches);
        const block = editTable(without, 'default', [
          { tenant: 'a', name: 'b', content: '# rota job a/b 0123456789abcdef 01234567\n0 1 * * * /s/bin/rota-run x\n' },
        ]);
        expect(foreignLines(block).filter(({ on }) => !on)).toHaveLength(switches.length);
        const back = editTable(block, 'default', [{ tenant: 'a', name: 'b', content: null }]);
        expect(back).toBe(without);
        expect(
          switchLines(
            back,
            switches.map((one) => ({ ...one, to: 'on' })),
          ),
        ).toBe(before);
        for (const { original } of switches)
          expect(foreignLines(without).find((line) => line.digest === original.digest)?.on).toBe(false);
      }),
      { numRuns: process.env.ROTA_LONG ? 5000 : 200 },
    );
  });
});
