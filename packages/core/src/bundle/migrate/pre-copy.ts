import { join } from 'node:path';
import * as v from 'valibot';
import { RotaError } from '../../errors/rota-error.ts';
import { quoteForShell } from '../quote-for-shell.ts';
import { runWithFile } from '../service/dump-database.ts';
import { hookEnvironment } from '../service/run-hook.ts';
import { runProgram } from '../service/run-program.ts';
import { type SshPlace, sshOptions } from '../ssh-command.ts';
import type { AgentConnection } from './agent-connection.ts';
import type { MigrateInput } from './migrate-input.ts';
import type { MigrationPlan } from './plan-migration.ts';
import { digestSchema, type Prepared } from './protocol.ts';
import { changedSince, type ScannedEntry, scanState } from './scan-state.ts';
import { sendChanges } from './send-changes.ts';
import { type StateDigest, stateHasher } from './state-digest.ts';

/** What a round took and moved; milliseconds and bytes. */
export interface Round {
  readonly scanMs: number;
  readonly sendMs: number;
  readonly changedBytes: number;
  readonly sentBytes: number;
}

/** The state as it was copied while the service ran. */
export interface PreCopy {
  readonly rounds: readonly Round[];
  readonly last: Pick<Round, 'scanMs' | 'sendMs' | 'changedBytes'>;
  readonly hashBytesPerSecond: number;
  readonly scanned: ReadonlyMap<string, ScannedEntry>;
  /** Reads what changed since it was last read. */
  digestHere(): Promise<StateDigest>;
}

interface RoundInput {
  readonly input: MigrateInput;
  readonly plan: MigrationPlan;
  readonly agent: AgentConnection;
  readonly target: Prepared;
  readonly work: string;
  readonly place: SshPlace;
}

const mostRounds = 5;

/**
 * Copies in rounds until what changes meanwhile is a small part of the budget, or does not get less. Then both sides read all of it once, so that
 * after the stop only what changed has to be read.
 */
export async function preCopy(input: RoundInput): Promise<PreCopy> {
  const { host, spec, signal, onProgress } = input.input;
  const hasher = stateHasher(host.now, signal);
  const digestHere = async (): Promise<StateDigest> =>
    await hasher.digest(scanState(input.plan.roots, { nowMs: host.now(), signal }));
  const digestBoth = async (): Promise<StateDigest> => {
    onProgress?.('prove', 0, 1);
    // The live state changes under the reading: only what it takes is of interest, and what is known after it.
    const [here, there] = await Promise.all([digestHere(), input.agent.ask({ ask: 'digest' }, digestSchema)]);
    return here.hashMs > there.hashMs ? here : there;
  };
  const rounds: Round[] = [];
  let scanned: ReadonlyMap<string, ScannedEntry> = new Map();
  let pace = 0;
  for (;;) {
    onProgress?.('copy', rounds.length, mostRounds);
    const { round, entries } = await sendRound({ ...input, before: scanned, live: true });
    scanned = entries;
    rounds.push(round);
    if (rounds.length === 1) {
      const { hashedBytes, hashMs } = await digestBoth();
      pace = hashMs > 0 ? (hashedBytes * 1000) / hashMs : 0;
      continue;
    }
    const before = rounds.at(-2)?.sendMs ?? 0;
    if (round.sendMs < spec.downtimeBudgetMs / 3 || round.sendMs >= before * 0.8 || rounds.length >= mostRounds) break;
  }
  await digestBoth();
  // What has changed while that was read is what the last round will have to send, so the largest of the later rounds is the measure.
  const later = rounds.slice(1);
  const last = {
    scanMs: Math.max(...later.map(({ scanMs }) => scanMs)),
    sendMs: Math.max(...later.map(({ sendMs }) => sendMs)),
    changedBytes: Math.max(...later.map(({ changedBytes }) => changedBytes)),
  };
  return { rounds, last, hashBytesPerSecond: pace, scanned, digestHere };
}

/** Sends what differs from an earlier scan. When the service stands still, also the dumps of its databases. */
export async function sendRound(
  round: RoundInput & { readonly before: ReadonlyMap<string, ScannedEntry>; readonly live: boolean },
): Promise<{ readonly round: Round; readonly entries: ReadonlyMap<string, ScannedEntry> }> {
  const { input, plan, agent, target, work, place, before, live } = round;
  const { host, signal } = input;
  const begun = host.now();
  const entries = new Map<string, ScannedEntry>();
  const problems: string[] = [];
  const onProblem = (path: string): void => void problems.push(path);
  for await (const entry of scanState(plan.roots, { nowMs: begun, signal, onProblem })) entries.set(entry.name, entry);
  if (!live && problems.length > 0)
    throw new RotaError('ROTA_BUNDLE_MIGRATE', `${problems.length} paths cannot be read, ${problems[0]} among them.`);
  const scanMs = host.now() - begun;
  const gone = [...before.values()].filter(({ name, type }) => entries.get(name)?.type !== type).map(({ name }) => name);
  if (gone.length > 0) await agent.ask({ ask: 'remove', names: gone }, v.null());
  const changed = changedSince(before, entries.values());
  let sentBytes = 0;
  let changedBytes = 0;
  for (const root of plan.roots) {
    const to = target.fresh[root.name];
    if (to === undefined)
      throw new RotaError('ROTA_BUNDLE_MIGRATE', `${target.hostname} has no place for the root ${root.name}.`);
    const sent = await sendChanges({
      place,
      root,
      to,
      entries: changed.filter((entry) => entry.root === root.name),
      work,
      live,
      signal,
    });
    sentBytes += sent.sentBytes;
    changedBytes += sent.changedBytes;
  }
  if (!live) await sendDumps(round);
  return { round: { scanMs, sendMs: host.now() - begun - scanMs, changedBytes, sentBytes }, entries };
}

async function sendDumps({ input, target, work, place }: RoundInput): Promise<void> {
  const { spec } = input;
  const env = hookEnvironment(spec, new Map());
  for (const database of spec.databases) {
    if (database.kind !== 'command') continue;
    const output = join(work, `${database.name}.dump`);
    await runWithFile(`The dump of ${database.name}`, database.dump, { output }, env, spec.downtimeBudgetMs * 10, input.signal);
    const shell = ['ssh', ...sshOptions(place)].map(quoteForShell).join(' ');
    const args = ['--secluded-args', `--rsh=${shell}`, output, `${place.host}:${target.dumps}/`];
    const end = await runProgram('rsync', args, { signal: input.signal });
    if (end.exitCode !== 0)
      throw new RotaError('ROTA_BUNDLE_MIGRATE', `Sending the dump of ${database.name} failed: ${end.stderr.trim().slice(-300)}`);
  }
}
