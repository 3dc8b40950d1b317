import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { bundleLayout } from '../bundle-layout.ts';

/** How a migration ended on the machine that it went to. */
export type Verdict = 'committed' | 'undone';

type VerdictHost = Pick<Host, 'files' | 'stateDir'>;

/** Without its ending: `.open` until it is decided, then `.committed` or `.undone`. */
export function verdictFile(host: Pick<Host, 'stateDir'>, namespace: string, id: string): string {
  return join(bundleLayout(host.stateDir, namespace).root, 'arrivals', id);
}

/** From now on it can be decided, once. */
export function openVerdict({ files }: Pick<Host, 'files'>, file: string): void {
  files.write(`${file}.open`, '', 0o600);
}

/** @returns `undefined` while nothing is decided */
export function readVerdict({ files }: Pick<VerdictHost, 'files'>, file: string): Verdict | undefined {
  const is = (ending: string): boolean => files.facts(`${file}.${ending}`) !== undefined;
  return is('committed') ? 'committed' : is('undone') ? 'undone' : undefined;
}

/**
 * Decides, unless it is decided. The one file is renamed, which only one of several can do, whatever they want and wherever they run: this
 * process, its guard, or the sending machine over ssh. Resolves to what holds.
 */
export function decide({ files }: Pick<VerdictHost, 'files'>, file: string, wanted: Verdict): Verdict {
  try {
    files.rename(`${file}.open`, `${file}.${wanted}`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return readVerdict({ files }, file) ?? 'undone';
}

/** The same as a script of sh(1), for whoever is not this program; `$1` is the file. It prints what holds. */
export const decideUndone =
  'mv -- "$1.open" "$1.undone" 2>/dev/null; if [ -e "$1.committed" ]; then echo committed; else echo undone; fi';
