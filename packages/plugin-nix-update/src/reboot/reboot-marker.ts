import type { Files } from '@rota/core';
import * as v from 'valibot';

/** Where a machine stands with its reboot. `unknown`: what would tell cannot be read, so nobody reboots. */
export type RebootState = 'not-needed' | 'pending' | 'scheduled' | 'unknown';

/** What the next boot is expected to bring, written before anything reboots and cleared by the verification after it. */
export interface RebootMarker {
  readonly formatVersion: 1;
  /** Store path that is to boot. */
  readonly expected: string;
  /** Store path to go back to. */
  readonly previous: string | null;
  /** The boot in which it was written. */
  readonly bootId: string | null;
  readonly since: string;
  readonly state: 'pending' | 'scheduled';
  readonly reasons: readonly string[];
  /** The baseline of the update, for the health check after the boot. */
  readonly failedUnits: readonly string[] | null;
  readonly lockDigest: string | null;
  /** The instant for which the updater has announced it, in milliseconds: what is announced for another one is somebody else's. */
  readonly announcedFor: number | null;
}

const schema = v.object({
  formatVersion: v.literal(1),
  expected: v.string(),
  previous: v.nullable(v.string()),
  bootId: v.nullable(v.string()),
  since: v.string(),
  state: v.picklist(['pending', 'scheduled']),
  reasons: v.array(v.string()),
  failedUnits: v.nullable(v.array(v.string())),
  lockDigest: v.nullable(v.string()),
  announcedFor: v.optional(v.nullable(v.number()), null),
}) satisfies v.GenericSchema<unknown, RebootMarker>;

/** `null` when no boot is awaited. A damaged marker is none: nothing is ever rebooted or rolled back on its word. */
export function readRebootMarker(files: Pick<Files, 'readText'>, path: string): RebootMarker | null {
  try {
    const value: unknown = JSON.parse(files.readText(path) ?? 'null');
    const result = v.safeParse(schema, value);
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

export function writeRebootMarker(files: Pick<Files, 'write'>, path: string, marker: RebootMarker): void {
  files.write(path, `${JSON.stringify(marker)}\n`);
}
