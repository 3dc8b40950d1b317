import { join } from 'node:path';
import { UpdateFailure } from '../failure.ts';
import { refuseLockThatIsBadElsewhere, takeProvenLock } from '../fleet/take-proven-lock.ts';
import { authorOf, commitLock, headCommit } from '../lock/git-commands.ts';
import type { LockChange } from '../lock/lock-change.ts';
import { lockDigest } from '../lock/lock-digest.ts';
import { type InputChange, inputChanges, lockedInputs, steppedBack } from '../lock/lock-inputs.ts';
import { ownNextLock } from '../lock/own-lock.ts';
import { failureOf, staleMarker, withoutColour } from '../machine/classify-output.ts';
import { namesInputs, nixVersion, updateFlake, updateFlakeOfOldNix } from '../machine/nix-commands.ts';
import type { UpdateContext } from '../update-context.ts';

/** The lock as an update left it. */
export interface UpdatedLock {
  readonly change: LockChange;
  readonly digest: string;
  readonly inputs: readonly InputChange[];
  /** The lock's own text, for who shares it with other hosts. */
  readonly text: string;
}

/**
 * Updates the inputs of the flake. Never goes backwards: an answer from a cache while the network is down (nix exits 0 then) and an input that
 * became older are failures. The caller takes the change back.
 */
export async function updateLock(context: UpdateContext, flake: string, change: LockChange): Promise<UpdatedLock> {
  const { host } = context;
  const path = join(flake, 'flake.lock');
  const before = readLock(host.files.readText(path), path);
  const proven = await takeProvenLock(context, flake);
  if (proven?.written !== true) await updateInputs(context, flake);

  const after = readLock(host.files.readText(path), path);
  const [older] = steppedBack(before.inputs, after.inputs);
  // After an emergency this host is ahead of its ring, and waits for it.
  if (older !== undefined && proven?.written)
    throw new UpdateFailure('ring', `What the ring before has proven is older than what is here: the input ${older.name}.`);
  if (older !== undefined)
    throw new UpdateFailure(
      'backwards',
      `The input ${older.name} would become older than it is (${dateOf(older.lastModified)}).`,
    );
  const inputs = inputChanges(before.inputs, after.inputs);
  const digest = lockDigest(after.text);
  refuseLockThatIsBadElsewhere(context, proven?.fleet, digest);
  return { change: await recorded(context, flake, change, inputs, digest), digest, inputs, text: after.text };
}

/** `nix flake update`, whose exit 0 is not believed on its own. */
async function updateInputs({ settings, call, remainingMs }: UpdateContext, flake: string): Promise<void> {
  const update = namesInputs((await call(nixVersion())).stdout) ? updateFlake : updateFlakeOfOldNix;
  const result = await call({ ...update(flake, settings.inputs), timeoutMs: remainingMs() });
  const text = withoutColour(result.stderr);
  if (result.exitCode !== 0) throw failureOf(result, 'evaluation', 'nix flake update');
  const stale = staleMarker(text);
  if (stale !== undefined)
    throw new UpdateFailure('stale', `nix flake update did not reach the network and took what was in its cache ("${stale}").`, {
      output: text,
    });
  const unknown = /'(.+)' does not match any input/.exec(text)?.[1];
  if (unknown !== undefined)
    throw new UpdateFailure('config', `The flake has no input "${unknown}", which \`inputs\` names.`, { output: text });
}

function readLock(
  text: string | undefined,
  path: string,
): { readonly text: string; readonly inputs: ReturnType<typeof lockedInputs> } {
  try {
    return { text: text ?? '', inputs: lockedInputs(text ?? '') };
  } catch (error) {
    throw new UpdateFailure('config', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Commits the lock in the working copy, so that what is built is what the checkout will hold (`self.rev` included). */
async function recorded(
  { host, call, layout }: UpdateContext,
  flake: string,
  change: LockChange,
  inputs: readonly InputChange[],
  digest: string,
): Promise<LockChange> {
  if (change.mode === 'in-place') {
    ownNextLock(host.files, layout.ownLock, lockDigest(Buffer.from(change.before, 'base64')), digest);
    return { ...change, after: digest };
  }
  if (inputs.length === 0) return change;
  const known = await call(authorOf(change.repository));
  const author = known.exitCode === 0 && known.stdout.trim() !== '' ? null : `rota@${host.hostname}`;
  const committed = await call(commitLock(flake, commitMessage(host.hostname, inputs), author));
  if (committed.exitCode !== 0) throw failureOf(committed, 'git', 'git commit');
  const head = await call(headCommit(flake));
  if (head.exitCode !== 0) throw failureOf(head, 'git', 'git rev-parse');
  return { ...change, commit: head.stdout.trim(), digest };
}

function commitMessage(hostname: string, inputs: readonly InputChange[]): string {
  const lines = inputs.map(({ name, from, to, toDate }) => `${name}: ${short(from)} -> ${short(to)} (${dateOf(toDate)})`);
  return [`flake.lock: update on ${hostname}`, '', ...lines].join('\n');
}

function short(revision: string | null): string {
  return revision?.replace(/^sha256-/, '').slice(0, 12) ?? 'none';
}

function dateOf(seconds: number | null): string {
  return seconds === null ? 'no date' : new Date(seconds * 1000).toISOString().slice(0, 10);
}
