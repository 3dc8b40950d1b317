import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { timeLimit } from '../host/time-limit.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Who holds a lock, as the lock file says. */
export interface LockHolder extends ProcessIdentity {
  /** Tells two locks of the same process apart. */
  readonly id: string;
  /** What it does, in words: `apply`, `rollback`. */
  readonly purpose: string;
  /** `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  readonly since: string;
}

/** What a lock is taken for, and how long to wait for it. */
export interface LockOptions {
  /** For whoever finds it held: `apply`, `rollback`. */
  readonly purpose: string;
  /** How long to wait for another holder. @default 10000 */
  readonly waitMs?: number;
  /** Ends the wait, as if its time were over. */
  readonly signal?: AbortSignal | undefined;
}

type LockHost = Pick<Host, 'files' | 'now' | 'sleep'>;

let sequence = 0;

/**
 * Holds a lock file while `work` runs. The file appears complete or not at all, names its owner, and outlives nobody: a lock whose process is
 * gone (also after a crash, a boot, or when its pid was given away) is broken by the next one who asks. There is no heartbeat, so sleep
 * and a stopped clock change nothing.
 *
 * @throws ROTA_LOCK_HELD when another process holds it for longer than `waitMs`.
 */
export async function withLock<T>(
  host: Pick<Host, 'files' | 'now' | 'sleep'>,
  path: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const text = await acquire(host, path, options);
  try {
    return await work();
  } finally {
    if (host.files.readText(path) === text) host.files.remove(path);
  }
}

/** The holder of a lock, or `null` when nobody that lives holds it. */
export function lockHolder(host: Pick<Host, 'files'>, path: string): LockHolder | null {
  const holder = parseHolder(host.files.readText(path));
  return holder !== null && isAlive(host.files, holder) ? holder : null;
}

async function acquire(host: LockHost, path: string, options: LockOptions): Promise<string> {
  const waitedEnough = timeLimit(host, options.waitMs ?? 10_000);
  sequence += 1;
  const holder: LockHolder = {
    ...ownIdentity(host.files),
    id: `${process.pid}-${host.now()}-${sequence}`,
    purpose: options.purpose,
    since: new Date(host.now()).toISOString(),
  };
  const text = `${JSON.stringify(holder)}\n`;
  for (;;) {
    if (host.files.create(path, text)) return text;
    const found = host.files.readText(path);
    if (found === undefined) continue;
    const other = parseHolder(found);
    if (other === null || !isAlive(host.files, other)) {
      await breakStale(host, path, found, options);
      continue;
    }
    if (waitedEnough() || options.signal?.aborted) throw held(path, other);
    await host.sleep(50, options.signal);
  }
}

/**
 * Removes a lock whose owner is gone. Only the holder of `PATH.break` may do so, and only when the file is still the one that was judged,
 * so that two breakers can never remove a lock that was taken in between. A dead breaker's own lock is broken the same way.
 */
async function breakStale(host: LockHost, path: string, judged: string, options: LockOptions): Promise<void> {
  const guard = await acquire(host, `${path}.break`, { ...options, purpose: `break the lock of ${options.purpose}` });
  if (host.files.readText(path) === judged) host.files.remove(path);
  if (host.files.readText(`${path}.break`) === guard) host.files.remove(`${path}.break`);
}

function parseHolder(text: string | undefined): LockHolder | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number'
      ? (value as LockHolder)
      : null;
  } catch {
    return null; // torn by a full disk: nobody holds it, for a holder's file is complete when it appears
  }
}

function held(path: string, holder: LockHolder): RotaError {
  return new RotaError(
    'ROTA_LOCK_HELD',
    `Another Rota (process ${holder.pid}, ${holder.purpose}) has held the lock since ${holder.since}.`,
    {
      suggestions: [
        'Wait until it ends, then try again.',
        `See what it does: ps -p ${holder.pid} -o pid,lstart,args`,
        `The lock is ${path}.`,
      ],
    },
  );
}
