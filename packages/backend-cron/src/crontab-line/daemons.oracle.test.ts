import { comparisonWindows, defineSchedule, firesBetween, loadZone, type TimeWindow } from '@rota/core';
import { commandPart, cronPart, requirePart, rootPart, sampleSize } from '@rota/test-support';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeWithDaemon, oraclesAsked as full } from '../../../../scripts/oracles/built-daemon.ts';
import { cronDaemon } from '../../../../scripts/oracles/cron-daemon.ts';
import type { CronDialect } from '../dialect.ts';
import { cronExpression } from './random-expression.test-support.ts';
import { translate } from './translate.ts';

const seed = Number(process.env.ROTA_SEED ?? (full ? Date.now() % 1_000_000 : 4));
const zones = [
  'America/New_York',
  'UTC',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Pacific/Chatham',
  'Asia/Kolkata',
];
const horizon = { fromYear: 2026, toYear: 2035 };
const jobs = sampleSize({ here: 10, inCi: 15 });
/** cronie and BusyBox fork for every start, which takes a millisecond. */
const forked = sampleSize({ here: 2, inCi: 3 });
const jobsPerMachine = { debian: full ? 150 : jobs, cronie: full ? 25 : forked, busybox: full ? 25 : forked } as const;

const describes = {
  debian: requirePart(rootPart, cronPart, commandPart('cc', 'gcc')),
  cronie: describeWithDaemon('cronie'),
  busybox: describeWithDaemon('busybox-crond'),
} as const;

for (const dialect of ['debian', 'cronie', 'busybox'] as const) {
  describes[dialect](`the lines for ${dialect}, run by the real daemon`, () => {
    test.each(
      full
        ? zones
        : dialect === 'debian'
          ? ['America/New_York', 'UTC'].slice(0, sampleSize({ here: 1, inCi: 2 }))
          : ['America/New_York'],
    )(
      'start what we say, and at every declared fire time, on a machine in %s',
      async (system) => {
        const shares = await compare(dialect, system);
        // Printed for the report of the long run: how often the daemon's own start is enough.
        if (full) console.log(`${dialect} in ${system}, seed ${seed}: ${JSON.stringify(shares)}`);
        expect(shares.different).toEqual([]);
        expect(shares.missed).toEqual([]);
      },
      1_200_000,
    );
  });
}

async function compare(dialect: CronDialect, system: string) {
  const systemZone = loadZone(system);
  const sample = fc.sample(fc.tuple(cronExpression, fc.constantFrom(system, ...zones)), {
    numRuns: jobsPerMachine[dialect],
    seed,
  });
  const jobs = sample.map(([expression, zone]) => {
    const declared = defineSchedule(expression, zone);
    return { name: `${expression} ${zone}`, declared, ...translate(declared, dialect, systemZone, horizon) };
  });
  const table = jobs
    .flatMap(({ lines }, index) =>
      lines.flatMap(({ fields, zone }) => {
        const line = `${fields} oracle-${index}\n`;
        return zone === undefined ? [line] : [`CRON_TZ=${zone.name}\n`, line, 'CRON_TZ=\n'];
      }),
    )
    .join('');
  const different: string[] = [];
  const missed: string[] = [];
  let starts = 0;
  for (const { from, to } of windows(
    dialect,
    systemZone,
    jobs.map(({ declared }) => declared.zone),
  )) {
    const real = await cronDaemon({ daemon: dialect, zone: system, table, from, to });
    for (const [index, { name, declared, native, gated }] of jobs.entries()) {
      const found = real.get(index) ?? [];
      starts += found.length;
      const said = native.firesBetween(from, to);
      if (JSON.stringify(found) !== JSON.stringify(said))
        different.push(`${name}: ${native.entries.join('; ')}: ${firstDifference(found, said)}`);
      const has = new Set(found);
      const wanted = firesBetween(declared, from, to);
      const lost = wanted.find((instant) => !has.has(instant));
      if (lost !== undefined) missed.push(`${name}: ${native.entries.join('; ')}: ${lost}`);
      if (!gated && wanted.length !== found.length)
        missed.push(`${name} is called exact, and started ${found.length} times for ${wanted.length}`);
    }
  }
  const gated = jobs.filter((job) => job.gated).length;
  return { jobs: jobs.length, exact: jobs.length - gated, gated, refused: 0, starts, different, missed };
}

/** Up to a day on both sides of each change of the machine's clock in 2026; in the full run, with Debian's daemon, the whole year. */
function windows(
  dialect: CronDialect,
  system: ReturnType<typeof loadZone>,
  others: readonly ReturnType<typeof loadZone>[],
): readonly TimeWindow[] {
  const year = { from: Date.UTC(2026, 0, 1) / 1000, to: Date.UTC(2027, 0, 1) / 1000 };
  if (full && dialect === 'debian') return comparisonWindows([system, ...others], { fromYear: 2026, toYear: 2026 });
  const around = full || dialect === 'debian' ? 86_400 : 43_200;
  const changes = system.changesBetween(year.from, year.to).map(({ at }) => ({ from: at - around, to: at + around }));
  return changes.length > 0 ? changes : [{ from: year.from, to: year.from + 4 * 86_400 }];
}

function firstDifference(found: readonly number[], said: readonly number[]): string {
  const index = found.findIndex((instant, at) => instant !== said[at]);
  const at = index < 0 ? found.length : index;
  return `daemon ${found[at]}, we ${said[at]} (${found.length} and ${said.length} starts)`;
}
