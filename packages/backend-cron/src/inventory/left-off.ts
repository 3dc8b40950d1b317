import type { Adoption, Finding, Host } from '@rota/core';
import { readTable } from '../crontab-program/read-table.ts';
import { fromBytesText } from '../crontab-text/bytes-text.ts';
import { adoptedPrefix, type ForeignLine, foreignLines } from './foreign-lines.ts';

/** Lines of the user's crontab that are off though no job that the state knows has their place. */
export async function leftOff(host: Host, { held }: { readonly held: readonly Adoption[] }): Promise<readonly Finding[]> {
  return leftOffLines(foreignLines((await readTable(host)).text), held).map(({ lines, taken }) => ({
    severity: 'warning',
    message: `${sentence(lines, taken, host.stateDir)}: ${lines.map(({ line, raw }) => `crontab:${line} \`${fromBytesText(raw)}\``).join(', ')}.`,
    remedy: `If no job of another state folder has taken it over: crontab -e, and remove \`${adoptedPrefix.trim()}\` before a line that is to run, or the line where it is not wanted any more`,
  }));
}

interface LeftOffLines {
  readonly lines: readonly ForeignLine[];
  /** How many of these jobs have the place of; which ones is not certain, since all of them were edited. */
  readonly taken: number;
}

/** By command: lines that were edited while they were off are told from those of jobs by their number alone. Pure. */
function leftOffLines(all: readonly ForeignLine[], held: readonly Adoption[]): readonly LeftOffLines[] {
  const off = all.filter(({ on }) => !on);
  const standing = new Set(all.map(({ digest }) => digest));
  const known = new Set(held.map(({ digest }) => digest));
  const others = off.filter(({ digest }) => !known.has(digest));
  return [...new Set(others.map(({ key }) => key))].flatMap((command) => {
    const lines = others.filter(({ key }) => key === command);
    const taken = held.filter(({ key, digest }) => key === command && !standing.has(digest)).length;
    return lines.length > taken ? [{ lines, taken }] : [];
  });
}

function sentence({ length }: readonly ForeignLine[], taken: number, stateDir: string): string {
  const jobs = `of the state in ${stateDir}`;
  if (taken > 0) return `Of ${length} lines that are off, jobs ${jobs} have the place of ${taken} only`;
  return length === 1
    ? `A line is off, and no job ${jobs} has its place`
    : `${length} lines are off, and no job ${jobs} has their place`;
}
