import { execFileSync } from 'node:child_process';
import { commandPart, requirePart, sampleSize } from '@rota/test-support';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronExpressionArbitrary } from './cron-expression.arbitrary.ts';
import { fireTimes } from './fire-times.ts';
import { firesBetween } from './fires-between.ts';
import { nextFire } from './next-fire.ts';
import { previousFire } from './previous-fire.ts';
import { defineSchedule } from './schedule.ts';
import { loadZone } from './zone/load-zone.ts';

const day = 86_400;
const long = process.env.ROTA_LONG === '1' || process.env.ROTA_ORACLES === '1';

/** Valid expressions in one of many zones. */
function schedules() {
  const zones = [
    'UTC',
    'America/New_York',
    'Europe/London',
    'Australia/Lord_Howe',
    'America/Santiago',
    'Africa/Cairo',
    'Pacific/Chatham',
  ];
  const more = [
    'Asia/Kolkata',
    'Africa/Casablanca',
    'Pacific/Apia',
    'Antarctica/Casey',
    'America/St_Johns',
    'Europe/Dublin',
    'Africa/Monrovia',
  ];
  return fc.tuple(cronExpressionArbitrary(), fc.constantFrom(...zones, ...more)).filter(([expression]) => {
    try {
      return defineSchedule(expression, 'UTC') !== undefined;
    } catch {
      return false;
    }
  });
}

/** One field as crontab(5) tells it, in its own words: nothing of the parser under test is used. */
function matches(field: string, value: number, low: number, high: number, names: readonly string[]): boolean {
  const read = (word: string): number => {
    const name = names.indexOf(word.toLowerCase());
    return name < 0 ? Number.parseInt(word, 10) : name + low;
  };
  return field.split(',').some((element) => {
    const [span = '', step = '1'] = element.split('/');
    const [from, to] = span === '*' ? [low, high] : span.includes('-') ? span.split('-').map(read) : [read(span), read(span)];
    return value >= (from ?? 0) && value <= (to ?? 0) && (value - (from ?? 0)) % Number(step) === 0;
  });
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Whether an expression names a minute of the wall clock, given as the milliseconds of that minute in UTC. */
function namesMinute(expression: string, wallMs: number): boolean {
  const [minute = '', hour = '', date = '', month = '', weekday = ''] = expression.split(' ');
  const at = new Date(wallMs);
  const byDate = matches(date, at.getUTCDate(), 1, 31, []);
  const number = at.getUTCDay();
  const byWeekday = matches(weekday, number, 0, 7, weekdays) || (number === 0 && matches(weekday, 7, 0, 7, weekdays));
  return (
    matches(minute, at.getUTCMinutes(), 0, 59, []) &&
    matches(hour, at.getUTCHours(), 0, 23, []) &&
    matches(month, at.getUTCMonth() + 1, 1, 12, months) &&
    (date.startsWith('*') || weekday.startsWith('*') ? byDate && byWeekday : byDate || byWeekday)
  );
}

describe('fire times', () => {
  test('are the minutes that the five fields name, on days without a change of the clock', { timeout: 600_000 }, () => {
    const instants = fc.integer({ min: 0, max: 47_400 });
    fc.assert(
      fc.property(schedules(), instants, ([expression, name], dayNumber) => {
        const zone = loadZone(name);
        const from = dayNumber * day;
        const to = from + 2 * day;
        fc.pre(zone.changesBetween(from - 4 * day, to + day).length === 0 && zone.offsetAt(from) % 60 === 0);
        const expected: number[] = [];
        for (let at = from; at < to; at += 60) if (namesMinute(expression, (at + zone.offsetAt(at)) * 1000)) expected.push(at);
        expect(firesBetween(defineSchedule(expression, zone), from, to)).toEqual(expected);
      }),
      { numRuns: long ? 10_000 : sampleSize({ here: 150, inCi: 200 }) },
    );
  });

  test('are the same one by one, forwards, backwards and in pieces', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        schedules(),
        fc.integer({ min: 0, max: 4_102_444_800 }),
        fc.integer({ min: 0, max: 9 }),
        ([expression, name], at, piece) => {
          const schedule = defineSchedule(expression, name);
          const fires: number[] = [];
          for (const fire of fireTimes(schedule, { after: at })) {
            fires.push(fire);
            if (fires.length === 40) break;
          }
          const end = fires.length < 40 ? 4_102_444_800 : (fires.at(-1) ?? at) + 1;
          expect(firesBetween(schedule, at + 1, end)).toEqual(fires);
          let current: number | null = at;
          for (const fire of fires) {
            current = nextFire(schedule, current ?? 0);
            expect(current).toBe(fire);
          }
          for (const fire of [...fires].reverse()) {
            expect(previousFire(schedule, current ?? 0)).toBe(fire);
            expect(previousFire(schedule, fire)).toBe(fire);
            current = fire - 1;
          }
          const middle = fires[piece] ?? at + 1;
          expect([...firesBetween(schedule, at + 1, middle), ...firesBetween(schedule, middle, end)]).toEqual(fires);
        },
      ),
      { numRuns: long ? 20_000 : sampleSize({ here: 250, inCi: 400 }) },
    );
  });

  test('are strictly increasing through all 130 years of every kind of zone', () => {
    for (const name of ['Africa/Monrovia', 'Pacific/Apia', 'Antarctica/Casey', 'Africa/Casablanca', 'Pacific/Chatham']) {
      for (const expression of ['0 * * * *', '0 0-23 * * *', '30 2 * * *']) {
        let latest = -1;
        let backwards = 0;
        for (const fire of fireTimes(defineSchedule(expression, name), { after: -1 })) {
          if (fire <= latest) backwards++;
          latest = fire;
        }
        expect(backwards).toBe(0);
        expect(latest).toBeGreaterThan(4_102_444_800 - 2 * day);
      }
    }
  });

  test('are found on both sides of a repeated hour, however rare the job', () => {
    // In St. John's the clock went from 00:01 on 2 November 2008 back to 23:01, at 02:31Z.
    const midnight = defineSchedule('0 0 2 11 *', 'America/St_Johns');
    expect(previousFire(midnight, Date.parse('2008-11-02T03:00:00Z') / 1000)).toBe(Date.parse('2008-11-02T02:30:00Z') / 1000);
    const late = defineSchedule('30 */23 1 11 *', 'America/St_Johns');
    const passes = [Date.parse('2008-11-02T02:00:00Z') / 1000, Date.parse('2008-11-02T03:00:00Z') / 1000];
    expect(nextFire(late, passes[0] ?? 0)).toBe(passes[1]);
    expect(firesBetween(late, (passes[0] ?? 0) - 60, (passes[1] ?? 0) + 60)).toEqual(passes);
    const twice = defineSchedule('*/30 1 1 11 *', 'America/New_York');
    expect(nextFire(twice, Date.parse('2026-11-01T05:30:00Z') / 1000)).toBe(Date.parse('2026-11-01T06:00:00Z') / 1000);
  });

  test('end with 2099 and begin with 1970', () => {
    const schedule = defineSchedule('0 0 1 1 *', 'UTC');
    expect(nextFire(schedule, -1)).toBe(0);
    expect(nextFire(schedule, 4_070_908_800)).toBeNull();
    expect(previousFire(schedule, -1)).toBeNull();
    expect([...fireTimes(schedule, { after: -1 })]).toHaveLength(130);
    expect([...fireTimes(defineSchedule('0 0 29 2 *', 'UTC'), { after: -1 })]).toHaveLength(32);
  });
});

requirePart(commandPart('zdump', 'libc-bin'))('zones', () => {
  test('have the changes that zdump lists, to the second', () => {
    const names = execFileSync('sed', ['-n', 's/^Z \\([^ ]*\\) .*/\\1/p', '/usr/share/zoneinfo/tzdata.zi'], { encoding: 'utf8' });
    const zones = names.trim().split('\n');
    expect(zones.length).toBeGreaterThan(200);
    for (const name of zones) {
      const text = execFileSync('zdump', ['-V', '-c', '1970,2037', name], { encoding: 'utf8' });
      const listed = [...text.matchAll(/^\S+ +\S+ (\S+ +\d+ \S+ \d+) UT = .* isdst=([01]) gmtoff=(-?\d+)$/gm)].map((match) => ({
        at: Date.parse(`${match[1]} UTC`) / 1000,
        offset: Number(match[3]),
        isDst: match[2] === '1',
      }));
      const zone = loadZone(name);
      const ours = zone.changesBetween(0, Date.UTC(2037, 0, 1) / 1000);
      // zdump lists the second before and the second of each change, and also changes of the name alone.
      const theirs = listed.flatMap((after, index) => {
        const before = listed[index - 1];
        if (before === undefined || index % 2 === 0 || (before.offset === after.offset && before.isDst === after.isDst))
          return [];
        return [
          {
            at: after.at,
            offsetBefore: before.offset,
            offsetAfter: after.offset,
            isDstBefore: before.isDst,
            isDstAfter: after.isDst,
          },
        ];
      });
      expect({ name, changes: ours }).toEqual({ name, changes: theirs });
    }
  });
});
