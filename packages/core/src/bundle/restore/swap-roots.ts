import { closeSync, fsyncSync, lstatSync, openSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { quoteForShell } from '../quote-for-shell.ts';
import type { BundleService } from '../spec/bundle-spec.ts';

/** One root that is to be replaced. All three stand in one folder. */
export interface RootSwap {
  readonly name: string;
  /** Where it belongs. */
  readonly target: string;
  /** What was restored. */
  readonly fresh: string;
  /** Where what was there goes. */
  readonly before: string;
  /** Whether there was anything at the target. */
  readonly existed: boolean;
}

/** A line of a restore's journal. */
export type RestoreLine =
  | {
      readonly step: 'begin';
      readonly keepPrevious: boolean;
      readonly swaps: readonly RootSwap[];
      /** What has to be stopped before the roots are swapped back. */
      readonly services: readonly BundleService[];
      /** Of a migration to this machine: what decides it, and what lets its units start. */
      readonly arrival?: { readonly verdict: string; readonly marker: string; readonly tombstone: string };
    }
  | { readonly step: 'aside' | 'place'; readonly name: string }
  | { readonly step: 'commit' };

type SwapHost = Pick<Host, 'files'>;

export function appendLine(host: SwapHost, journal: string, line: RestoreLine): void {
  host.files.append(journal, `${JSON.stringify(line)}\n`);
}

/** The whole lines of a journal; the last one may be torn by a crash and then was never acted upon. */
export function readLines(host: SwapHost, journal: string): readonly RestoreLine[] {
  const text = host.files.readText(journal) ?? '';
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Puts every root in its place by two renames, each told to the journal before it is done. */
export function swapIn(host: SwapHost, journal: string, swaps: readonly RootSwap[]): void {
  for (const swap of swaps) {
    if (swap.existed) {
      appendLine(host, journal, { step: 'aside', name: swap.name });
      host.files.rename(swap.target, swap.before);
    }
    appendLine(host, journal, { step: 'place', name: swap.name });
    host.files.rename(swap.fresh, swap.target);
    syncFolder(dirname(swap.target));
  }
}

/**
 * Puts everything back as it was, from wherever the swap has come to. What is there is what tells, so that it can be called again after it
 * was interrupted itself.
 */
export function swapBack(host: SwapHost, lines: readonly RestoreLine[]): void {
  const [begin] = lines;
  if (begin?.step !== 'begin') return;
  for (const swap of [...begin.swaps].reverse()) {
    const begun = lines.some((line) => line.step !== 'begin' && line.step !== 'commit' && line.name === swap.name);
    if (!begun) continue;
    // What was restored is in its place exactly when it is no longer beside it.
    if (!exists(swap.fresh) && exists(swap.target) && (exists(swap.before) || !swap.existed))
      host.files.rename(swap.target, swap.fresh);
    // A boot between the two renames makes the folder anew (systemd.exec(5), StateDirectory=), and a service may have written to it.
    if (exists(swap.before) && exists(swap.target)) {
      host.files.removeFolder(swap.target);
      if (exists(swap.target)) host.files.rename(swap.target, freePath(beside(swap, 'found')));
    }
    if (exists(swap.before) && !exists(swap.target)) host.files.rename(swap.before, swap.target);
    syncFolder(dirname(swap.target));
  }
}

/**
 * {@link swapBack} in the words of sh(1), for the guard of a process that died: a service that is started on a root that is missing would begin anew.
 */
export function swapBackScript(swaps: readonly RootSwap[]): string {
  return [...swaps]
    .reverse()
    .filter(({ existed }) => existed)
    .map((swap) => {
      const [target, fresh, before, found] = [swap.target, swap.fresh, swap.before, beside(swap, 'found')].map(quoteForShell);
      return `if [ -e ${before} ]; then
  if [ -e ${target} ] && [ ! -e ${fresh} ]; then mv -- ${target} ${fresh}; fi
  if [ -e ${target} ]; then rmdir -- ${target} 2>/dev/null || mv -- ${target} ${found}-$$; fi
  [ -e ${target} ] || mv -- ${before} ${target}
fi`;
    })
    .join('\n');
}

/** Whether nothing is left of a swap: what was there before is in its place again. */
export function isSwappedBack(lines: readonly RestoreLine[]): boolean {
  const [begin] = lines;
  if (begin?.step !== 'begin') return true;
  return begin.swaps.every(({ existed, before, fresh, target }) =>
    existed ? !exists(before) : exists(fresh) || !exists(target),
  );
}

/**
 * Of a restore whose process died: what may have been in its place is not taken away, for a service may have written to it since. Resolves to the
 * paths of all that was in the place and is kept beside it.
 */
export function keepReplaced(host: SwapHost, lines: readonly RestoreLine[]): readonly string[] {
  const [begin] = lines;
  if (begin?.step !== 'begin') return [];
  const kept = begin.swaps.flatMap((swap) => {
    const placed = lines.some((line) => line.step === 'place' && line.name === swap.name);
    if (placed && exists(swap.fresh)) host.files.rename(swap.fresh, freePath(beside(swap, 'restored')));
    const folder = dirname(swap.before);
    const names = [beside(swap, 'restored'), beside(swap, 'found')].map((path) => basename(path));
    return host.files
      .list(folder)
      .filter((name) => names.some((one) => name === one || name.startsWith(`${one}-`)))
      .map((name) => join(folder, name));
  });
  return [...new Set(kept)];
}

/** Where something else that was in the place of a root is kept. */
function beside({ before }: RootSwap, what: 'restored' | 'found'): string {
  return join(dirname(before), basename(before).replace('.rota-before-', `.rota-${what}-`));
}

function freePath(path: string): string {
  for (let count = 1; ; count++) {
    const free = count === 1 ? path : `${path}-${count}`;
    if (!exists(free)) return free;
  }
}

/** Takes away what is not needed any more: after a commit the old state unless it is kept, else what was restored. */
export function clearAway(host: SwapHost, lines: readonly RestoreLine[]): void {
  const [begin] = lines;
  if (begin?.step !== 'begin') return;
  const committed = lines.some(({ step }) => step === 'commit');
  for (const swap of begin.swaps) {
    const path = committed ? (begin.keepPrevious ? undefined : swap.before) : swap.fresh;
    // Asked through the host, so that a process that is dead to it removes nothing.
    if (path !== undefined && host.files.facts(dirname(path)) !== undefined) rmSync(path, { recursive: true, force: true });
  }
}

export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
