import type { Horizon } from '@rota/core';
import {
  comparisonWindows,
  firesBetween,
  horizonWindow,
  type NativeSchedule,
  nicknames,
  proveSchedule,
  type Schedule,
  type Zone,
} from '@rota/core';
import type { CronDialect } from '../dialect.ts';
import type { CronLine } from './cron-line.ts';
import { lineSchedule } from './line-schedule.ts';
import { shiftedLines } from './shifted-lines.ts';
import { supersetLines } from './superset-lines.ts';

/** What is written in the crontab for a schedule. */
export interface Translation {
  readonly lines: readonly CronLine[];
  readonly native: NativeSchedule;
  /** The lines start the job at other instants too, and the due gate filters them. */
  readonly gated: boolean;
  /** The lines were derived from the changes of a clock within the horizon, and hold as long. */
  readonly dependsOnHorizon: boolean;
}

const known = new Map<string, Translation>();

/**
 * The lines for a schedule on a machine in `systemZone`: the declared fields themselves where the daemon reads them as we do; shifted
 * ones where both clocks always differ by the same; `CRON_TZ` on cronie; else the cheapest superset. Each is taken only if its
 * evaluation by the daemon's rules equals the declared fire times over the horizon. Each distinct question is answered once.
 */
export function translate(declared: Schedule, dialect: CronDialect, systemZone: Zone, horizon: Horizon): Translation {
  const key = [dialect, declared.expression, zoneKey(declared.zone), zoneKey(systemZone), horizon.fromYear, horizon.toYear].join(
    '\0',
  );
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = choose(declared, dialect, systemZone, horizon);
  if (known.size > 5000) known.clear();
  known.set(key, made);
  return made;
}

const zoneKey = (zone: Zone): string => `${zone.name} ${zone.digest}`;

function choose(declared: Schedule, dialect: CronDialect, systemZone: Zone, horizon: Horizon): Translation {
  const since = horizonWindow(horizon).from;
  const evaluate = (lines: readonly CronLine[]): NativeSchedule => lineSchedule(lines, dialect, systemZone, since);
  const differs = (native: NativeSchedule): boolean => !equalOver(declared, native, systemZone, horizon);

  const own = declared.zone.digest === systemZone.digest;
  const candidates: (() => readonly CronLine[] | undefined)[] = [
    () => (own && dialect !== 'busybox' ? [{ fields: writtenFields(declared) }] : undefined),
    () => shiftedLines(declared, dialect, systemZone, horizon),
    () => zonedLine(declared, dialect, systemZone, since),
  ];
  for (const candidate of candidates) {
    const lines = candidate();
    if (lines === undefined) continue;
    const native = evaluate(lines);
    if (!differs(native)) return { lines, native, gated: false, dependsOnHorizon: !own };
  }
  const lines = supersetLines(declared, dialect, systemZone, horizon);
  return { lines, native: evaluate(lines), gated: true, dependsOnHorizon: true };
}

/** The fields as they were declared: their stars decide about AND and about the hours of a change. */
function writtenFields(declared: Schedule): string {
  const words = declared.expression.trim().split(/[ \t]+/);
  return nicknames[words[0] ?? ''] ?? words.join(' ');
}

function zonedLine(declared: Schedule, dialect: CronDialect, systemZone: Zone, since: number): readonly CronLine[] | undefined {
  if (dialect !== 'cronie' || systemZone.changesBetween(since, Number.POSITIVE_INFINITY).length > 0) return undefined;
  return [{ fields: writtenFields(declared), zone: declared.zone }];
}

function equalOver(declared: Schedule, native: NativeSchedule, systemZone: Zone, horizon: Horizon): boolean {
  if (proveSchedule(declared, native, horizon).fidelity !== 'exact') return false;
  // The proof looks around the changes of the declared zone; the daemon's own clock changes at other times.
  if (systemZone.digest === declared.zone.digest) return true;
  return comparisonWindows([systemZone], horizon)
    .slice(1)
    .every(({ from, to }) => sameInstants(firesBetween(declared, from, to), native.firesBetween(from, to)));
}

function sameInstants(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((instant, index) => instant === b[index]);
}
