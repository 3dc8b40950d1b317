import { join } from 'node:path';
import * as v from 'valibot';
import type { Host } from '../../host/host.ts';
import { bundleLayout } from '../bundle-layout.ts';
import type { ForecastInput } from './forecast.ts';

const numbers = v.array(v.number());
const timingsSchema = v.object({ stop: numbers, start: numbers, health: numbers, reissue: numbers });
const kept = 20;

type Timings = ForecastInput['earlier'];
type Key = { readonly tenant: string; readonly name: string };
type TimingHost = Pick<Host, 'files' | 'stateDir'>;

/** What stops, starts and checks of health of a job took earlier. */
export function readTimings(host: TimingHost, namespace: string, key: Key): Timings {
  try {
    const parsed = v.safeParse(timingsSchema, JSON.parse(host.files.readText(fileOf(host, namespace, key)) ?? ''));
    if (parsed.success) return parsed.output;
  } catch {
    // A damaged file is no reason to know less than nothing.
  }
  return { stop: [], start: [], health: [], reissue: [] };
}

export function recordTimings(
  host: TimingHost,
  namespace: string,
  key: Key,
  taken: Partial<Record<keyof Timings, number>>,
): void {
  const before = readTimings(host, namespace, key);
  const added = (step: keyof Timings): readonly number[] => {
    const ms = taken[step];
    return [...before[step], ...(ms === undefined ? [] : [ms])].slice(-kept);
  };
  const after: Timings = { stop: added('stop'), start: added('start'), health: added('health'), reissue: added('reissue') };
  host.files.write(fileOf(host, namespace, key), `${JSON.stringify(after)}\n`);
}

function fileOf(host: TimingHost, namespace: string, { tenant, name }: Key): string {
  return join(bundleLayout(host.stateDir, namespace).root, 'timings', `${tenant}.${name}.json`);
}
