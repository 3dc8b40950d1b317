import * as v from 'valibot';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { withLock } from '../state/lock.ts';
import { targetLayout } from './target-layout.ts';

/** What a target was last built from, and into what. */
export interface BuiltRecord {
  /** Full id of the commit. */
  readonly revision: string;
  readonly attr: string;
  /** Store path. */
  readonly artifact: string;
  readonly drvPath: string;
  /** `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  readonly at: string;
  /** Absolute path. */
  readonly log: string | null;
  /** What the targets that it is built from were last built into when it was built; `null` for one that had not been. Absent in older records. */
  readonly dependencies?: Readonly<Record<string, string | null>> | undefined;
}

/** What runs on a host, as far as Rota put it there or was told. */
export interface DeployedRecord {
  readonly host: string;
  readonly artifact: string;
  /** `null` when it was deployed by hand. */
  readonly revision: string | null;
  /** `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  readonly at: string;
  readonly by: 'rota' | 'hand';
  /** A deployment that began and of which no end is known: what runs there is not known. */
  readonly interrupted: boolean;
}

/** What is known of one target for one system. */
export interface TargetRecord {
  readonly name: string;
  readonly system: string;
  readonly built: BuiltRecord | null;
  /** One for each host. */
  readonly deployed: readonly DeployedRecord[];
}

const builtSchema = v.object({
  revision: v.string(),
  attr: v.string(),
  artifact: v.string(),
  drvPath: v.string(),
  at: v.string(),
  log: v.nullable(v.string()),
  dependencies: v.optional(v.record(v.string(), v.nullable(v.string()))),
});

const deployedSchema = v.object({
  host: v.string(),
  artifact: v.string(),
  revision: v.nullable(v.string()),
  at: v.string(),
  by: v.picklist(['rota', 'hand']),
  interrupted: v.boolean(),
});

const recordSchema: v.GenericSchema<unknown, TargetRecord> = v.object({
  name: v.string(),
  system: v.string(),
  built: v.nullable(builtSchema),
  deployed: v.array(deployedSchema),
});

const recordsSchema = v.object({ formatVersion: v.literal(1), records: v.array(recordSchema) });

/** The records of a namespace, by `name@system`. */
export type TargetRecords = ReadonlyMap<string, TargetRecord>;

export function recordKey({ name, system }: Pick<TargetRecord, 'name' | 'system'>): string {
  return `${name}@${system}`;
}

/** @throws ROTA_STATE_DAMAGED */
export function readTargetRecords({ files, stateDir }: Pick<Host, 'files' | 'stateDir'>, namespace: string): TargetRecords {
  const path = targetLayout(stateDir, namespace).records;
  const text = files.readText(path);
  if (text === undefined) return new Map();
  try {
    const { records } = v.parse(recordsSchema, JSON.parse(text));
    return new Map(records.map((record) => [recordKey(record), record]));
  } catch (cause) {
    throw new RotaError('ROTA_STATE_DAMAGED', 'The record of what was built and deployed cannot be read.', {
      place: { file: path },
      suggestions: ['Remove the file: every target then counts as never built, and is built again.'],
      cause,
    });
  }
}

/** Changes the record of one target and system; the others stay. @throws ROTA_STATE_DAMAGED, ROTA_LOCK_HELD */
export async function changeTargetRecord(
  host: Pick<Host, 'files' | 'stateDir' | 'now' | 'sleep'>,
  namespace: string,
  key: Pick<TargetRecord, 'name' | 'system'>,
  change: (record: TargetRecord) => TargetRecord,
): Promise<void> {
  const layout = targetLayout(host.stateDir, namespace);
  await withLock(host, layout.lock, { purpose: 'record a target', waitMs: 60_000 }, async () => {
    const records = new Map(readTargetRecords(host, namespace));
    records.set(recordKey(key), change(records.get(recordKey(key)) ?? { ...key, built: null, deployed: [] }));
    const sorted = [...records].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, record]) => record);
    host.files.write(layout.records, `${JSON.stringify({ formatVersion: 1, records: sorted }, null, 1)}\n`);
  });
}
