import { isRotaError, parseCron } from '@rota/core';

/** A generator of numbers in [0, 1) from a seed (mulberry32), so that a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A valid cron expression that fires, of all the forms that the grammar has, and often near the hours at which clocks change. */
export function randomExpression(random: () => number): string {
  for (;;) {
    const expression = [
      field(random, 0, 59, 0.15),
      random() < 0.35 ? element(random, 0, 4) : field(random, 0, 23, 0.35),
      field(random, 1, 31, 0.6),
      field(random, 1, 12, 0.75),
      field(random, 0, 7, 0.6),
    ].join(' ');
    try {
      parseCron(expression);
      return expression;
    } catch (error) {
      if (!isRotaError(error) || error.code !== 'ROTA_SCHEDULE_NEVER_FIRES') throw error;
    }
  }
}

function field(random: () => number, low: number, high: number, star: number): string {
  if (random() < star) return '*';
  const count = random() < 0.6 ? 1 : 1 + Math.floor(random() * 4);
  return Array.from({ length: count }, () => element(random, low, high)).join(',');
}

function element(random: () => number, low: number, high: number): string {
  const pick = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const kind = random();
  if (kind < 0.45) return String(pick(low, high));
  if (kind < 0.6) return `*/${pick(1, high + 3)}`;
  const from = pick(low, high);
  const range = `${from}-${pick(from, high)}`;
  return kind < 0.8 ? range : `${range}/${pick(1, Math.max(1, high >> 1))}`;
}
