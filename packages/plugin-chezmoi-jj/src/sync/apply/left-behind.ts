import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readJson } from '../../status/read-json.ts';
import type { Drift } from '../../status/sync-status.ts';
import { targetOf } from '../home/target-of.ts';
import type { Session } from '../session/session.ts';

type Kept = Pick<Session, 'host' | 'place'>;

/** What is known of a dotfile that stayed. */
export interface LeftBehind {
  /** SHA-256 in hex of what chezmoi wrote. */
  readonly hash: string;
  /** Where the source stood in the working tree, whose name says whether it was encrypted; `undefined` where an older version wrote the file. */
  readonly source: string | undefined;
}

/**
 * Dotfiles that stayed here when another host deleted or renamed their source, by path below the home folder. chezmoi says nothing of them any more, so that an edit would never be
 * told.
 */
export function readLeftBehind({ host, place }: Kept): Readonly<Record<string, LeftBehind>> {
  const value = readJson(host.files, place.leftBehind);
  const files: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'files') : undefined;
  if (typeof files !== 'object' || files === null) return {};
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, known]) => {
      const one = leftBehindOf(known);
      return one === undefined ? [] : [[path, one] as const];
    }),
  );
}

/** An older version wrote the hash alone. */
function leftBehindOf(known: unknown): LeftBehind | undefined {
  if (typeof known === 'string') return { hash: known, source: undefined };
  if (typeof known !== 'object' || known === null) return undefined;
  const { hash, source } = known as Partial<Record<keyof LeftBehind, unknown>>;
  return typeof hash === 'string' ? { hash, source: typeof source === 'string' ? source : undefined } : undefined;
}

/** Adds to what is known to have stayed. */
export function keepLeftBehind(kept: Kept, files: Readonly<Record<string, LeftBehind>>): void {
  if (Object.keys(files).length > 0) write(kept, { ...readLeftBehind(kept), ...files });
}

export function forgetLeftBehind(kept: Kept, paths: readonly string[]): void {
  const known = Object.entries(readLeftBehind(kept));
  const rest = known.filter(([path]) => !paths.includes(path));
  if (rest.length < known.length) write(kept, Object.fromEntries(rest));
}

/** Those that were edited here since. What is gone, or has a source again, is forgotten; `tracked` is what the repository has. */
export function driftOfLeftBehind(session: Session, tracked: readonly string[]): readonly Drift[] {
  const { host, home } = session;
  const known = Object.entries(readLeftBehind(session));
  if (known.length === 0) return [];
  const targets = new Set(tracked.map((path) => targetOf(session, path)));
  const isOver = (path: string): boolean => targets.has(path) || host.files.facts(join(home, path))?.kind !== 'file';
  forgetLeftBehind(session, known.map(([path]) => path).filter(isOver));
  return known
    .filter(([path, { hash }]) => !isOver(path) && hash !== sha256(host.files.readBytes(join(home, path)) ?? ''))
    .map(([path]): Drift => ({ path, reason: 'source-gone' }));
}

/** In hex, as chezmoi has it. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function write({ host, place }: Kept, files: Readonly<Record<string, LeftBehind>>): void {
  host.files.write(place.leftBehind, `${JSON.stringify({ formatVersion: 1, files })}\n`);
}
