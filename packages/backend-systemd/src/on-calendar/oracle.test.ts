import { existsSync } from 'node:fs';
import { defineSchedule, type Fidelity, firesBetween, loadZone, proveSchedule, type Schedule } from '@rota/core';
import { commandPart, requirePart, sampleSize, testMachinePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { randomExpression, seededRandom } from '../testing/random-expression.ts';
import { type Analyzer, realElapses, realTimer } from '../testing/systemd-calendar.ts';
import { lineFires } from './line-fires.ts';
import { linePlan } from './line-plan.ts';
import { parseLine } from './parse-line.ts';
import { timerSchedule } from './timer-schedule.ts';
import { translate } from './translate.ts';

const zones = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Pacific/Chatham',
  'Asia/Kolkata',
  'UTC',
];
const full = process.env.ROTA_ORACLES === '1';
const seed = Number(process.env.ROTA_SEED ?? 20_261_121);
const day = 86_400;
const instant = (text: string): number => Date.parse(text) / 1000;
const [from, to] = [instant('2026-01-01T00:00:00Z'), instant('2029-01-01T00:00:00Z')];
const horizon = { fromYear: 2026, toYear: 2035 };
const base = process.env.ROTA_TESTHOST_BASE ?? '/var/cache/rota-testhost';

interface Case {
  readonly schedule: Schedule;
  readonly lines: readonly string[];
  readonly fidelity: Fidelity;
}

function casesOf(count: number, withSeed: number): readonly Case[] {
  const random = seededRandom(withSeed);
  return Array.from({ length: count }, (_, index): Case => {
    const schedule = defineSchedule(randomExpression(random), zones[index % zones.length] ?? 'UTC');
    const native = timerSchedule(translate(schedule, horizon), loadZone);
    return { schedule, lines: native.entries, fidelity: proveSchedule(schedule, native, horizon).fidelity };
  });
}

/** Three days on both sides of every change of three years; a zone without any gets the turns of the years. */
function windowsOf(zone: string): readonly (readonly [number, number])[] {
  const changes = loadZone(zone)
    .changesBetween(from, to)
    .map((change) => change.at);
  const centres = changes.length > 0 ? changes : [instant('2027-01-01T00:00:00Z'), instant('2028-02-29T12:00:00Z')];
  return centres.map((at) => [at - 3 * day, at + 3 * day]);
}

/** The lines as the real systemd evaluates them, against the fire times that were declared. Returns how many instants were compared. */
async function compare(analyzer: Analyzer, cases: readonly Case[]): Promise<number> {
  let compared = 0;
  for (const zone of zones) {
    const own = cases.filter(({ schedule }) => schedule.zone.name === zone);
    const year = [from, instant('2027-01-01T00:00:00Z')] as const;
    const sparse = own.filter(({ schedule }) => firesBetween(schedule, ...year).length <= 1500);
    for (const [[start, end], some] of [...windowsOf(zone).map((window) => [window, own] as const), [year, sparse] as const]) {
      // There systemd-analyze stops with "Infinite loop"; a timer does not, see the step by step comparison.
      if (zone === 'Pacific/Chatham' && springsForward(zone, start, end)) continue;
      const questions = some.flatMap(({ lines }) => lines.map((line) => ({ line, iterations: predicted(line, start, end) + 2 })));
      const answers = await realElapses(analyzer, questions, start - 1);
      let at = 0;
      for (const { schedule, lines } of some) {
        const real = new Set(lines.flatMap(() => answers[at++] ?? []).filter((fire) => fire >= start && fire < end));
        const declared = firesBetween(schedule, start, end);
        compared += declared.length;
        const missing = declared.filter((fire) => !real.has(fire));
        if (missing.length === 0 && real.size === declared.length) continue;
        const extra = [...real].filter((fire) => !declared.includes(fire));
        throw new Error(
          `seed ${seed}: \`${schedule.expression}\` in ${zone}\n${lines.join('\n')}\nmissing ${text(missing)}\nextra ${text(extra)}`,
        );
      }
    }
  }
  return compared;
}

function predicted(line: string, start: number, end: number): number {
  const plan = linePlan(parseLine(line));
  return lineFires(plan, loadZone(plan.line.zone), start, end).length;
}

function springsForward(zone: string, start: number, end: number): boolean {
  return loadZone(zone)
    .changesBetween(start, end)
    .some((change) => change.offsetAfter > change.offsetBefore);
}

function text(fires: readonly number[]): string {
  return `${fires.length}: ${fires
    .slice(0, 5)
    .map((at) => new Date(at * 1000).toISOString())
    .join(' ')}`;
}

function shares(cases: readonly Case[]): string {
  const count = (fidelity: Fidelity): number => cases.filter((one) => one.fidelity === fidelity).length;
  const most = Math.max(...cases.map(({ lines }) => lines.length));
  const lines = cases.reduce((sum, one) => sum + one.lines.length, 0);
  return `exact ${count('exact')}, gated ${count('gated')}, refused ${count('refused')} of ${cases.length}; ${(lines / cases.length).toFixed(2)} lines a job, at most ${most}`;
}

/** Against the timer itself, step by step through every repeated and skipped hour of a year. */
async function compareChains(analyzer: Analyzer, cases: readonly Case[]): Promise<number> {
  let compared = 0;
  for (const { schedule, lines } of cases) {
    for (const change of schedule.zone.changesBetween(from, from + 366 * day)) {
      const [start, end] = [change.at - 3600, change.at + 3 * 3600];
      const real = await realTimer(analyzer, lines, start - 1, end);
      expect(
        real.map((at) => new Date(at * 1000).toISOString()),
        `${schedule.expression} in ${schedule.zone.name}: ${lines.join('; ')}`,
      ).toEqual(firesBetween(schedule, start, end).map((at) => new Date(at * 1000).toISOString()));
      compared += real.length;
    }
  }
  return compared;
}

const describeInstalled = requirePart(commandPart('systemd-analyze', 'systemd'));

describeInstalled('the installed systemd-analyze', () => {
  const analyzer = ['systemd-analyze'];

  test(
    'elapses at the declared instants',
    async () => {
      const cases = casesOf(full ? 10_000 : sampleSize({ here: 24, inCi: 36 }), seed);
      const compared = await compare(analyzer, cases);
      console.info(`systemd lines, seed ${seed}: ${shares(cases)}; ${compared} instants equal`);
      expect(cases.every(({ fidelity }) => fidelity === 'exact')).toBe(true);
    },
    full ? 3_600_000 : 300_000,
  );

  test(
    'as a timer, goes through clock changes as the model says',
    async () => {
      const cases = casesOf(full ? 160 : sampleSize({ here: 10, inCi: 15 }), seed + 1).filter(
        ({ schedule }) => schedule.zone.name !== 'UTC',
      );
      console.info(`systemd timers step by step: ${await compareChains(analyzer, cases)} triggers equal`);
    },
    full ? 3_600_000 : 300_000,
  );
});

if (full || existsSync(`${base}/usr/bin/systemd-analyze`)) {
  requirePart(testMachinePart)('the systemd-analyze of the test machine', () => {
    test(
      'elapses at the declared instants',
      async () => {
        const cases = casesOf(full ? 10_000 : sampleSize({ here: 10, inCi: 15 }), seed + 2);
        const compared = await compare(['chroot', base, '/usr/bin/systemd-analyze'], cases);
        console.info(`systemd lines on the test machine: ${shares(cases)}; ${compared} instants equal`);
      },
      full ? 3_600_000 : 300_000,
    );
  });
}
