import { join } from 'node:path';
import type { LaunchFile } from '../../backend/launch-file.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { isAlive } from '../../state/process-identity.ts';
import type { Cancel } from '../cancel.ts';
import { endOwner } from './end-owner.ts';
import { tryHold } from './exclusive.ts';
import { type Claim, changeJobState, type JobStateFiles } from './job-state.ts';
import { orphansOf } from './orphans.ts';

const lookEveryMs = 200;

export interface TurnInput {
  readonly files: JobStateFiles;
  readonly layout: NamespaceLayout;
  readonly launch: LaunchFile;
  readonly claim: Claim;
  readonly replaced: readonly Claim[];
  readonly sleep: (ms: number) => Promise<void>;
  readonly cancel: Cancel;
}

/** The named locks that a run holds, in the order of their names, so that two runs never wait for each other. */
export function namedLocks({ files, layout, launch }: Pick<TurnInput, 'files' | 'layout' | 'launch'>) {
  const wanted = [...new Set(launch.concurrency.locks)].sort();
  const held: (() => void)[] = [];
  return {
    /** Takes those that are still wanted; answers the first that another process holds. */
    take(): string | null {
      for (const name of wanted.slice(held.length)) {
        const attempt = tryHold(files, join(layout.runLocks, `lock.${encodeURIComponent(name)}`));
        if (!attempt.held) return `Process ${attempt.holder.pid} holds the lock ${name}.`;
        held.push(attempt.release);
      }
      return null;
    },
    release(): void {
      for (const release of held.splice(0).reverse()) release();
    },
  };
}

/** Waits until the runs before this one have ended; ends those that it replaces. False when cancelled meanwhile. */
export async function waitForTurn(input: TurnInput): Promise<boolean> {
  if (input.claim.phase !== 'waiting') return true;
  const killAt = performance.now() + input.launch.graceMs + 5_000;
  for (const other of input.replaced) endOwner(input.files, other, 'SIGTERM');
  while (!input.cancel.aborted) {
    if (tryBegin(input)) return true;
    if (input.replaced.length > 0 && performance.now() > killAt)
      for (const other of input.replaced) endOwner(input.files, other, 'SIGKILL');
    await input.sleep(lookEveryMs);
  }
  return false;
}

function tryBegin({ files, layout, launch, claim }: TurnInput): boolean {
  return changeJobState(files, layout, launch, (state) => {
    const at = state.claims.findIndex((other) => other.runId === claim.runId);
    const before = state.claims.slice(0, Math.max(at, 0)).filter((other) => {
      if (isAlive(files, other.owner)) return true;
      return orphansOf(new Set([other.runId])).size > 0;
    });
    if (before.length > 0) return [state, false];
    const claims = state.claims.map((other) => (other.runId === claim.runId ? { ...other, phase: 'running' as const } : other));
    return [{ ...state, claims }, true];
  });
}
