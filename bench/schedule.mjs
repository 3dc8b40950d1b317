import { defineSchedule, firesBetween, fireTimes, freshHorizon, loadZone, proveSchedule } from '@rota/core';
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';

export const name = 'schedule';

/** Where every iteration begins: a year before which no answer of the three depends on the day of the measurement. */
const start = Date.UTC(2026, 0, 1) / 1000;
const dstZones = [
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Pacific/Chatham',
];
const steadyZones = ['UTC', 'Asia/Kolkata'];

/** From dense to sparse: [expression, fires to compute]. */
const cases = [
  ['* * * * *', 3000],
  ['*/5 * * * *', 3000],
  ['*/15 9-17 * * 1-5', 1500],
  ['0 * * * *', 1500],
  ['0 */6 * * *', 800],
  ['30 4 * * *', 800],
  ['15 13 * * 1-5', 600],
  ['0 12 1,15 * *', 150],
  ['0 12 13 * 5', 150],
  ['0 12 31 * *', 60],
  ['0 12 29 2 *', 8],
];

const peers = {
  'cron-parser': (expression, zone, count) => {
    const iterator = CronExpressionParser.parse(expression, { tz: zone, currentDate: new Date((start - 1) * 1000) });
    return Array.from({ length: count }, () => iterator.next().getTime() / 1000);
  },
  croner: (expression, zone, count) => {
    const cron = new Cron(expression, { timezone: zone, paused: true });
    let at = new Date((start - 1) * 1000);
    return Array.from({ length: count }, () => {
      at = cron.nextRun(at);
      return at.getTime() / 1000;
    });
  },
};

function ours(expression, zone, count) {
  const times = [];
  if (count === 0) return times;
  for (const at of fireTimes(defineSchedule(expression, zone), { after: start - 1 })) {
    times.push(at);
    if (times.length === count) break;
  }
  return times;
}

/** Fire times per second against both peers, for the answers on which all agree; and what a proof over a whole horizon takes. */
export async function run() {
  const rows = [];
  for (const [peer, theirs] of Object.entries(peers)) {
    const ratios = [];
    let least = { ratio: Number.POSITIVE_INFINITY, of: '' };
    const left = [];
    for (const zone of [...steadyZones, ...dstZones]) {
      loadZone(zone);
      for (const [expression, most] of cases) {
        const count = agreed(expression, zone, most, theirs);
        if (count < Math.min(most, 8)) {
          left.push(`${expression} in ${zone}`);
          continue;
        }
        const ratio =
          secondsPerCall(() => theirs(expression, zone, count), 1, 0.02) /
          secondsPerCall(() => ours(expression, zone, count), 3, 0.02);
        ratios.push(ratio);
        if (ratio < least.ratio) least = { ratio, of: `\`${expression}\` in ${zone}` };
      }
    }
    const median = middle(ratios);
    const what = `fire times per second against ${peer}`;
    rows.push({
      name: `${what}, median of ${ratios.length} cases (at least 100)`,
      value: round(median),
      unit: 'x',
      bound: null,
      ok: median >= 100,
    });
    rows.push({
      name: `${what}, least of all (at least 20): ${least.of}`,
      value: round(least.ratio),
      unit: 'x',
      bound: null,
      ok: least.ratio >= 20,
    });
    if (left.length > 0)
      rows.push({
        name: `cases left out, where ${peer} is wrong at once: ${left.join(', ')}`,
        value: left.length,
        unit: 'cases',
        bound: null,
        ok: true,
      });
  }
  return [...rows, ...proofRows()];
}

function proofRows() {
  const horizon = freshHorizon(start);
  const times = [];
  for (const zone of [...steadyZones, ...dstZones]) {
    for (const [expression] of cases) {
      const once = () => {
        const declared = defineSchedule(expression, zone);
        // Read anew, as a native scheduler would: nothing is shared with the declared one but the zone's table.
        const native = defineSchedule(expression, zone);
        proveSchedule(declared, { entries: [expression], firesBetween: (from, to) => firesBetween(native, from, to) }, horizon);
      };
      times.push(secondsPerCall(once, 3, 0.01) * 1000);
    }
  }
  const years = horizon.toYear - horizon.fromYear + 1;
  const median = middle(times);
  return [
    {
      name: `a proof over ${years} years, median of ${times.length} jobs`,
      value: round(median),
      unit: 'ms',
      bound: 5,
      ok: median <= 5,
    },
    {
      name: `a proof over ${years} years, slowest job (\`* * * * *\`)`,
      value: round(Math.max(...times)),
      unit: 'ms',
      bound: null,
      ok: true,
    },
  ];
}

/** How many fires from the start on are the same. Peers differ around clock changes; only right answers are timed. */
function agreed(expression, zone, count, theirs) {
  const right = ours(expression, zone, count);
  let answers;
  try {
    answers = theirs(expression, zone, count);
  } catch {
    answers = [];
  }
  const wrong = right.findIndex((at, index) => at !== answers[index]);
  return wrong === -1 ? right.length : wrong;
}

/** The best of several rounds, each at least `seconds` long. */
function secondsPerCall(call, rounds, seconds) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    let calls = 0;
    const from = performance.now();
    let elapsed = 0;
    do {
      call();
      calls++;
      elapsed = (performance.now() - from) / 1000;
    } while (elapsed < seconds);
    best = Math.min(best, elapsed / calls);
  }
  return best;
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round(value) {
  return value >= 10 ? Math.round(value) : Math.round(value * 100) / 100;
}
