import * as v from 'valibot';
import type { HostReport } from './host-report.ts';

const instant = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text))),
);
const sighting = v.object({ lockDigest: v.string(), at: instant });

const schema = v.object({
  formatVersion: v.literal(1),
  host: v.string(),
  ring: v.nullable(v.string()),
  at: instant,
  status: v.picklist(['updated', 'unchanged', 'deferred', 'failed', 'rolled-back', 'rollback-failed']),
  class: v.nullable(v.string()),
  current: v.nullable(v.string()),
  lockDigest: v.nullable(v.string()),
  rebootNeeded: v.nullable(v.boolean()),
  healthy: v.array(sighting),
  bad: v.array(v.object({ ...sighting.entries, reason: v.string() })),
}) satisfies v.GenericSchema<unknown, HostReport>;

/** What another host wrote into `NAME.json`: a stranger's text until it has the shape, and `null` unless it speaks for that host alone. */
export function readHostReport(name: string, text: string | undefined): HostReport | null {
  try {
    const result = v.safeParse(schema, JSON.parse(text ?? ''));
    return result.success && `${result.output.host}.json` === name ? result.output : null;
  } catch {
    return null;
  }
}
