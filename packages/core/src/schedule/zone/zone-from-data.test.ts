import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCron } from '../cron/parse-cron.ts';
import { clockSegments } from '../cron-clock.ts';
import { firesBetween } from '../fires-between.ts';
import { previousFire } from '../previous-fire.ts';
import { parseTzif } from './tzif.ts';
import type { Zone } from './zone.ts';
import { zoneFromData } from './zone-from-data.ts';

/** Full and slim files, offsets of both signs, a zone that gave daylight saving up, one that has it all year round, one that never had any. */
const names = ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Europe/Moscow', 'Etc/GMT+5'];

const fresh = (name: string): Zone => zoneFromData(name, () => '', parseTzif(readFileSync(`/usr/share/zoneinfo/${name}`)));

/** All of it is worked out at once. */
const whole = (name: string): Zone => {
  const zone = fresh(name);
  zone.changesBetween(0, Number.POSITIVE_INFINITY);
  clockSegments(zone);
  return zone;
};

const instants = fc.integer({ min: -100_000_000, max: Date.UTC(2101, 0, 1) / 1000 });

describe('a zone of which only a part was worked out', () => {
  it('answers what the whole one answers, whatever is asked first', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.tuple(instants, instants), { minLength: 1, maxLength: 4 }),
        (name, asked) => {
          const [part, all] = [fresh(name), whole(name)];
          for (const [from, to] of asked) {
            expect(part.offsetAt(from)).toBe(all.offsetAt(from));
            expect(part.changesBetween(from, to)).toEqual(all.changesBetween(from, to));
          }
        },
      ),
    );
  });

  it('has the same fires', () => {
    const calendars = ['30 2 * * *', '*/7 1-3 * * *', '0 0 29 2 mon', '0 0 1 1 *'].map(parseCron);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.constantFrom(...calendars), instants, instants, (name, calendar, at, later) => {
        const schedule = (zone: Zone) => ({ expression: '', calendar, zone });
        const [part, all] = [schedule(fresh(name)), schedule(whole(name))];
        const month = 31 * 86_400;
        for (const instant of [at, later]) {
          expect(previousFire(part, instant)).toBe(previousFire(all, instant));
          expect(firesBetween(part, instant - month, instant)).toEqual(firesBetween(all, instant - month, instant));
        }
      }),
    );
  });
});
