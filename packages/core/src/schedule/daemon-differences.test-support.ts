import { vixieCron } from '../../../../scripts/oracles/vixie-cron.ts';
import { isRotaError } from '../errors/rota-error.ts';
import { fireTimes } from './fire-times.ts';
import { defineSchedule, type Schedule } from './schedule.ts';

export interface DaemonComparison {
  readonly zone: string;
  readonly expressions: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly fork?: boolean;
}

/**
 * For tests: runs Debian's cron daemon and compares its starts with our fire times. Says the first difference of each
 * expression, and how many starts there were. Expressions that we refuse as never firing must not start.
 */
export async function daemonDifferences(comparison: DaemonComparison): Promise<{ starts: number; differences: string[] }> {
  const { zone, expressions, from, to, fork = false } = comparison;
  let starts = 0;
  const schedules = expressions.map((expression) => orNever(expression, zone));
  const expected = schedules.map((schedule) =>
    schedule === 'never' ? undefined : fireTimes(schedule, { after: from - 1, until: to }),
  );
  const latest = new Map<number, number>();
  const different = new Map<number, string>();
  const iso = (at: number | undefined): string => (at === undefined ? 'nothing' : new Date(at * 1000).toISOString());
  const check = (index: number, actual: number | undefined): void => {
    const ours = expected[index]?.next().value ?? undefined;
    if (ours === actual || different.has(index)) return;
    different.set(index, `${zone} \`${expressions[index]}\`: expected ${iso(ours)}, the daemon starts ${iso(actual)}`);
  };
  await vixieCron({
    zone,
    expressions,
    from,
    to,
    fork,
    onStart(at, index) {
      starts++;
      const minute = Math.floor(at / 60) * 60;
      // Times lost in a gap, and a regular one at its end, are one fire (DETAILS, Fire times).
      if (latest.get(index) === minute) return;
      latest.set(index, minute);
      check(index, minute);
    },
  });
  for (const index of expressions.keys()) check(index, undefined);
  return { starts, differences: [...different.values()] };
}

function orNever(expression: string, zone: string): Schedule | 'never' {
  try {
    return defineSchedule(expression, zone);
  } catch (error) {
    if (isRotaError(error) && error.code === 'ROTA_SCHEDULE_NEVER_FIRES') return 'never';
    throw error;
  }
}
