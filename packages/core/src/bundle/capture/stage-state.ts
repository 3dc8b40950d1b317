import { join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import { artifactMember, exportArtifact } from '../artifact.ts';
import { type EntrySpool, openEntrySpool } from '../format/entry-spool.ts';
import type { FilesInPlace } from '../format/file-in-place.ts';
import type { BundleHead, BundleProblem } from '../format/manifest.ts';
import { untilAborted } from '../interruption.ts';
import { beginDowntime, type Downtime } from '../service/downtime.ts';
import { copySqlite, runWithFile } from '../service/dump-database.ts';
import { addAttributes } from './add-attributes.ts';
import { breather } from './breath.ts';
import { factsOf } from './capture-index.ts';
import type { CaptureInput } from './capture-input.ts';
import { namesOfIds } from './names-of-ids.ts';
import { type CapturePlan, leftOut } from './plan-capture.ts';
import { readRootAttributes } from './read-root-attributes.ts';
import { openStage, type Stage } from './stage-tree.ts';
import { walkTree } from './walk-tree.ts';

/** A state as it was while nothing ran that writes it. Whoever gets it closes its entries. */
export interface StagedState {
  readonly entries: EntrySpool;
  /** A file with the contents, one behind the other, but for those that were left in place. */
  readonly payload: string;
  readonly inPlace: FilesInPlace;
  /** Bytes of content. */
  readonly bytes: number;
  readonly treeDigest: string;
  readonly problems: readonly BundleProblem[];
  readonly notes: ReadonlySet<string>;
  readonly databases: BundleHead['databases'];
  /** Digest of what the files told; `undefined` when something was touched too shortly before. */
  readonly facts: string | undefined;
  readonly downtime: Downtime;
  readonly downtimeMs: number;
}

export interface StageStateInput {
  /** A folder of its own. */
  readonly work: string;
  readonly plan: CapturePlan;
  readonly env: Readonly<Record<string, string>>;
  /** A second attempt, in a folder of its own below that one: nothing that others may write to is left in place. */
  readonly again?: string;
}

/** What was written to so shortly before may be written to again before the bundle is there. */
const restlessNs = 10_000_000_000n;

/** Stops what writes the state, reads all of it, and starts again what was stopped. */
export async function stageState(input: CaptureInput, { work, plan, env, again }: StageStateInput): Promise<StagedState> {
  const { host, spec } = input;
  // The journal of what stands still is where the next command looks for it, whichever attempt this is.
  const folder = again ?? work;
  const payload = join(folder, 'payload');
  const entries = openEntrySpool(folder);
  const stage = openStage(payload, namesOfIds(host.files), entries);
  const databases: BundleHead['databases'] = [];
  // Longer than any capture within its budget, and short enough that nobody waits a day for a service.
  const guardMs = Math.max(spec.downtimeBudgetMs * 10, 600_000);
  const facts = factsOf(spec, host.now());
  let attributes: ReturnType<typeof readRootAttributes> | undefined;
  try {
    const packed = input.artifact !== undefined && input.withArtifact === true ? join(folder, 'artifact') : undefined;
    if (input.artifact !== undefined && packed !== undefined)
      await exportArtifact(host, input.artifact.path, packed, input.signal);
    const downtime = await beginDowntime(host, spec, work, { guardMs, freeze: true });
    let downtimeMs = 0;
    let seen: string | undefined;
    try {
      const copies = new Map<string, string>();
      for (const [index, database] of spec.databases.entries()) {
        const copy = join(folder, `database-${index}`);
        const started = host.now();
        if (database.kind === 'sqlite') {
          const method = await copySqlite(untilAborted(host, input.signal), database.path, copy, guardMs);
          copies.set(`data/${database.root}/${database.inRoot}`, copy);
          databases.push({ name: database.name, kind: 'sqlite', member: `data/${database.root}/${database.inRoot}`, method });
        } else {
          const left = guardMs - (host.now() - started);
          await runWithFile(`The dump of ${database.name}`, database.dump, { output: copy }, env, left, input.signal);
          databases.push({ name: database.name, kind: 'command', member: `db/${database.name}.dump` });
        }
      }
      const roots = spec.roots.filter((root) => plan.roots.find(({ name }) => name === root.name)?.kind !== 'missing');
      // By a program of its own, beside the reading here.
      attributes = readRootAttributes(untilAborted(host, input.signal).run, roots);
      attributes.catch(() => undefined); // awaited below; here only so that it is not unhandled when the reading fails first
      // While a service waits, or is frozen, the copy is what lets it go on. Who encrypts cannot read back what became of a file.
      const mayStay = downtime.guard === undefined && spec.recipients.length === 0 && again === undefined;
      const to = { stage, copies, facts, total: plan.bytes, mayStay };
      for (const root of roots) await stageRoot(input, root, to);
      seen = facts.digest();
      for (const [index, database] of spec.databases.entries()) {
        if (database.kind !== 'command') continue;
        for (const item of walkTree(join(folder, `database-${index}`)))
          stage.add({ name: `db/${database.name}.dump`, item, mayStay: true });
      }
      const { known } = await attributes;
      if (!downtime.isWhole())
        throw new RotaError(
          'ROTA_BUNDLE_CAPTURE',
          `What stood still was started again by its guard after ${guardMs / 1000} s, before all of the state was read.`,
          { suggestions: ['A longer `downtimeBudget`: the guard waits ten times as long, and ten minutes at least.'] },
        );
      if (!known) stage.notes.add('Extended attributes were not captured: getfattr is not installed.');
    } finally {
      await attributes?.catch(() => undefined);
      downtimeMs = await downtime.end();
    }
    // It does not change, so nothing has to stand still for it.
    if (packed !== undefined) for (const item of walkTree(packed)) stage.add({ name: artifactMember, item, mayStay: true });
    stage.close();
    const listed = withAttributes(stage, await attributes, folder);
    const { inPlace, bytes, problems, notes } = stage;
    return { ...listed, payload, inPlace, bytes, problems, notes, databases, facts: seen, downtime, downtimeMs };
  } catch (error) {
    stage.abandon();
    throw error;
  }
}

async function stageRoot(
  input: CaptureInput,
  root: CaptureInput['spec']['roots'][number],
  to: {
    readonly stage: Stage;
    /** Consistent copies that are read instead, by the name of the member. */
    readonly copies: ReadonlyMap<string, string>;
    readonly facts: ReturnType<typeof factsOf>;
    readonly total: number;
    readonly mayStay: boolean;
  },
): Promise<void> {
  const { stage, copies, facts, total } = to;
  const restful = BigInt(input.host.now()) * 1_000_000n - restlessNs;
  const breathe = breather(input.signal);
  const out = leftOut(input.spec, root);
  const walk = walkTree(root.path, {
    leaveOut: (path) => out(path) !== undefined,
    onProblem: (path, reason) => {
      // What is left out may come and go, as the side files of a database do.
      if (out(path) === undefined) stage.problems.push({ name: `data/${root.name}${path === '' ? '' : `/${path}`}`, reason });
    },
  });
  for (const item of walk) {
    const pause = breathe(1 + Number(item.stats.size) / 65_536);
    if (pause !== undefined) await pause;
    const name = item.path === '' ? `data/${root.name}` : `data/${root.name}/${item.path}`;
    const copy = copies.get(name);
    facts.add(name, item.stats);
    if (copy !== undefined) stage.add({ name, item, copy, mayStay: true });
    else stage.add({ name, item, mayStay: to.mayStay && item.stats.mtimeNs < restful && item.stats.ctimeNs < restful });
    input.onProgress?.('read', stage.bytes, total);
  }
}

/** Most states have no extended attributes; then the entries are as they were listed. */
function withAttributes(
  stage: Stage,
  attributes: Awaited<ReturnType<typeof readRootAttributes>> | undefined,
  folder: string,
): Pick<StagedState, 'entries' | 'treeDigest'> {
  if (attributes === undefined || attributes.count === 0) return { entries: stage.entries, treeDigest: stage.treeDigest() };
  try {
    return addAttributes(stage.entries, attributes.of, folder);
  } finally {
    stage.entries.close();
  }
}
