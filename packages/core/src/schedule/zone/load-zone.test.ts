import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { isRotaError, type RotaError } from '../../errors/rota-error.ts';
import { createHost } from '../../host/create-host.ts';
import { zoneRoots } from '../../host/zone-roots.ts';
import { jobContext } from '../../job/normalise/job-context.ts';
import { loadZone } from './load-zone.ts';
import { parsePosixRule, posixChangesInYear } from './posix-rule.ts';

const seconds = (iso: string): number => Date.parse(iso) / 1000;

function refusal(run: () => unknown): RotaError {
  try {
    run();
  } catch (error) {
    if (isRotaError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a zone', () => {
  test('knows its offset before, at and after a change, and far in the future', () => {
    const zone = loadZone('America/New_York');
    const change = seconds('2026-03-08T07:00:00Z');
    expect([zone.offsetAt(change - 1), zone.offsetAt(change)]).toEqual([-18_000, -14_400]);
    expect(zone.offsetAt(seconds('2099-07-01T00:00:00Z'))).toBe(-14_400);
    expect(zone.changesBetween(change, change + 1)).toEqual([
      { at: change, offsetBefore: -18_000, offsetAfter: -14_400, isDstBefore: false, isDstAfter: true },
    ]);
    expect(zone.changesBetween(change + 1, change + 2)).toEqual([]);
  });

  test('has its footer as data, and as many changes a year as it says, to 2099', () => {
    const zone = loadZone('Australia/Lord_Howe');
    expect(zone.footer).toMatchObject({
      standard: { offset: 37_800 },
      daylight: { offset: 39_600, start: { date: { kind: 'month', month: 10, week: 1, weekday: 0 }, time: 7200 } },
    });
    for (let year = 2038; year < 2100; year++) {
      expect(zone.changesBetween(Date.UTC(year, 0, 1) / 1000, Date.UTC(year + 1, 0, 1) / 1000)).toHaveLength(2);
    }
  });

  test('has a digest of its file, the same for the same bytes', () => {
    expect(loadZone('UTC').digest).toMatch(/^[0-9a-f]{16}$/);
    expect(loadZone('Europe/Paris').digest).not.toBe(loadZone('Europe/London').digest);
  });

  test.each(['America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'EST5EDT', 'America/Port-au-Prince', 'UTC'])(
    '%s is found',
    (name) => {
      expect(loadZone(name).name).toBe(name);
    },
  );
});

describe('a name that is not a zone', () => {
  test.each([
    ['America/NewYork', 'America/New_York'],
    ['america/new_york', 'America/New_York'],
    ['Europe/Londn', 'Europe/London'],
    ['Kolkata', 'Asia/Kolkata'],
  ])('%s: %s is suggested', (name, suggestion) => {
    const error = refusal(() => loadZone(name));
    expect(error.code).toBe('ROTA_ZONE_UNKNOWN');
    expect(error.suggestions).toEqual([suggestion]);
  });

  test.each([
    '../../../etc/passwd',
    '/etc/localtime',
    '',
    '.',
    'Europe',
    'Europe/',
    'UTC\0',
    'Europe/../UTC',
    'tzdata.zi',
    'UTC0',
    '+02:00',
  ])('%j is refused', (name) => {
    expect(refusal(() => loadZone(name)).code).toBe('ROTA_ZONE_UNKNOWN');
  });

  test('is told apart from a machine without zone files, and from a damaged one', () => {
    const root = temporaryFolder();
    expect(refusal(() => loadZone('Europe/Paris', { roots: [root] })).code).toBe('ROTA_ZONE_DATA');
    mkdirSync(join(root, 'Europe'));
    for (const [name, bytes] of [
      ['Empty', ''],
      ['Text', 'no zone'],
      ['Cut', 'TZif2'.padEnd(44, '\0')],
    ] as const) {
      writeFileSync(join(root, 'Europe', name), bytes);
      const error = refusal(() => loadZone(`Europe/${name}`, { roots: [root] }));
      expect(error.code).toBe('ROTA_ZONE_DATA');
      expect(error.message).toContain(join(root, 'Europe', name));
    }
  });

  test('TZDIR comes first', () => {
    expect(zoneRoots({ TZDIR: '/nix/zones' }, 'linux')).toEqual(['/nix/zones', '/etc/zoneinfo', '/usr/share/zoneinfo']);
    expect(zoneRoots({}, 'linux')).toEqual(['/etc/zoneinfo', '/usr/share/zoneinfo']);
  });
});

describe("a zone from Node's data, as on Windows", () => {
  // Zones whose rules the two sets of data agree on.
  test.each(['America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia'])(
    '%s has the offsets of the zone file',
    (name) => {
      const ours = loadZone(name, { roots: [] });
      const file = loadZone(name);
      for (const { at } of file.changesBetween(0, seconds('2037-01-01T00:00:00Z'))) {
        expect([ours.offsetAt(at - 1), ours.offsetAt(at)]).toEqual([file.offsetAt(at - 1), file.offsetAt(at)]);
      }
      const moves = (zone: typeof file) =>
        zone.changesBetween(0, seconds('2037-01-01T00:00:00Z')).filter((c) => c.offsetAfter !== c.offsetBefore);
      expect(moves(ours).map((change) => change.at)).toEqual(moves(file).map((change) => change.at));
    },
  );

  test.each([
    ['Mars/Base', []],
    ['+02:00', []],
    ['europe/paris', ['Europe/Paris']],
    ['Europe/Londn', ['Europe/London']],
  ])('refuses %s, which no zone file is called', (name, suggestions) => {
    const error = refusal(() => loadZone(name, { roots: [] }));
    expect([error.code, error.suggestions]).toEqual(['ROTA_ZONE_UNKNOWN', suggestions]);
    expect(error.message).toContain("Node's data");
  });

  test('is what a host of Windows has', () => {
    const host = createHost({ platform: 'win32', env: { TZDIR: '/nix/zones' } });
    expect(host.zoneRoots).toEqual([]);
    expect(jobContext(host).zoneError('Europe/Paris')).toBeUndefined();
  });
});

describe('a POSIX rule', () => {
  // RFC 8536 section 3.3.1 and zone files of today.
  test.each([
    ['EST5EDT,M3.2.0,M11.1.0', 2026, ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z']],
    ['IST-2IDT,M3.4.4/26,M10.5.0', 2026, ['2026-03-27T00:00:00Z', '2026-10-24T23:00:00Z']],
    ['<-02>2<-01>,M3.5.0/-1,M10.5.0/0', 2026, ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z']],
    ['<+1030>-10:30<+11>-11,M10.1.0,M4.1.0', 2026, ['2026-10-03T15:30:00Z', '2026-04-04T15:00:00Z']],
    ['AAA0BBB,J60/0,J365/0', 2028, ['2028-03-01T00:00:00Z', '2028-12-30T23:00:00Z']],
    ['AAA0BBB,59/0,364/0', 2028, ['2028-02-29T00:00:00Z', '2028-12-29T23:00:00Z']],
  ])('%s in %i', (text, year, changes) => {
    const rule = parsePosixRule(text);
    expect(rule && posixChangesInYear(rule, year)?.map((at) => new Date(at * 1000).toISOString().replace('.000', ''))).toEqual(
      changes,
    );
  });

  test('without daylight saving has no changes', () => {
    const rule = parsePosixRule('<+0545>-5:45');
    expect(rule).toMatchObject({ standard: { abbreviation: '+0545', offset: 20_700 } });
    expect(rule && posixChangesInYear(rule, 2026)).toBeUndefined();
  });

  test.each(['', 'EST', 'EST5EDT', '5', 'EST5EDT,M3.2.0', 'EST5EDT,M3.2.0,'])('%j is none', (text) => {
    expect(parsePosixRule(text)).toBeUndefined();
  });
});
