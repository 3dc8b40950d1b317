import { type JobKey, RotaError } from '@rota/core';
import type { BytesText } from './bytes-text.ts';
import { type EntryHeader, readEntryHeader } from './entry-header.ts';

/** One part of a block: a job of ours, or something that a person put in between. */
export type BlockPart =
  | {
      readonly kind: 'entry';
      readonly header: EntryHeader;
      readonly headerLine: BytesText;
      readonly body: BytesText;
      readonly line: number;
    }
  | { readonly kind: 'foreign'; readonly text: BytesText; readonly line: number };

/** A stretch of a crontab. Put together in order they are the whole table, byte for byte. */
export type TablePart =
  | { readonly kind: 'text'; readonly text: BytesText; readonly line: number }
  | {
      readonly kind: 'block';
      readonly namespace: string;
      readonly begin: BytesText;
      readonly parts: readonly BlockPart[];
      readonly end: BytesText;
      readonly line: number;
    };

const marker = /^# (BEGIN|END) rota ([a-z0-9]+(?:-+[a-z0-9]+)*)$/;
/** What a person or a tool may have made of a marker. */
const damaged = /^\s*#*\s*(BEGIN|END)\s+rota\b/i;

export const beginMarker = (namespace: string): string => `# BEGIN rota ${namespace}`;
export const endMarker = (namespace: string): string => `# END rota ${namespace}`;

/**
 * Reads a crontab into our blocks and everything else.
 * @throws ROTA_CRONTAB_MARKERS when a marker is unterminated, doubled, nested or damaged, with its line number.
 */
export function parseTable(text: BytesText): readonly TablePart[] {
  const lines = text === '' ? [] : text.split(/(?<=\n)/);
  const parts: TablePart[] = [];
  const seen = new Map<string, number>();
  let pending: string[] = [];
  let pendingLine = 1;
  let open: { readonly namespace: string; readonly begin: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    const bare = line.replace(/\n$/, '');
    const [, kind, namespace] = marker.exec(bare) ?? [];
    if (kind === undefined || namespace === undefined) {
      if (damaged.test(bare)) refuse(number, `\`${bare.trim()}\` looks like a damaged marker`);
      if (open === undefined) pending.push(line);
      else open.lines.push(line);
      continue;
    }
    if (kind === 'BEGIN') {
      if (open !== undefined)
        refuse(number, `the block "${namespace}" begins inside the block "${open.namespace}" of line ${open.line}`);
      const before = seen.get(namespace);
      if (before !== undefined) refuse(number, `the block "${namespace}" begins a second time; the first is in line ${before}`);
      seen.set(namespace, number);
      if (pending.length > 0) parts.push({ kind: 'text', text: pending.join(''), line: pendingLine });
      pending = [];
      open = { namespace, begin: line, line: number, lines: [] };
      continue;
    }
    if (open === undefined) refuse(number, `the block "${namespace}" ends here but does not begin`);
    if (open.namespace !== namespace)
      refuse(number, `the block "${open.namespace}" of line ${open.line} is ended as "${namespace}"`);
    const { begin, line: at, lines: inside } = open;
    parts.push({ kind: 'block', namespace, begin, parts: readBlock(inside, at + 1), end: line, line: at });
    open = undefined;
    pendingLine = number + 1;
  }
  if (open !== undefined) refuse(open.line, `the block "${open.namespace}" begins but does not end`);
  if (pending.length > 0) parts.push({ kind: 'text', text: pending.join(''), line: pendingLine });
  return parts;
}

/** A job's part goes on as long as lines are settings of ours or start the launcher, commented out or not. */
function readBlock(lines: readonly string[], firstLine: number): readonly BlockPart[] {
  const parts: BlockPart[] = [];
  let entry: { readonly header: EntryHeader; readonly headerLine: string; body: string; readonly line: number } | undefined;
  const close = (): void => {
    if (entry !== undefined) parts.push({ kind: 'entry', ...entry });
    entry = undefined;
  };
  for (const [index, line] of lines.entries()) {
    const header = readEntryHeader(line.replace(/\n$/, ''));
    if (header !== undefined) {
      close();
      entry = { header, headerLine: line, body: '', line: firstLine + index };
    } else if (entry !== undefined && /^(# paused: |#* *)(CRON_TZ=\S*\n?$|.*\/bin\/rota-run)/.test(line)) {
      entry.body += line;
    } else {
      close();
      const last = parts.at(-1);
      if (last?.kind === 'foreign') parts[parts.length - 1] = { ...last, text: last.text + line };
      else parts.push({ kind: 'foreign', text: line, line: firstLine + index });
    }
  }
  close();
  return parts;
}

export const sameJob = (a: JobKey, b: JobKey): boolean => a.tenant === b.tenant && a.name === b.name;

function refuse(line: number, what: string): never {
  throw new RotaError('ROTA_CRONTAB_MARKERS', `The crontab was not touched: line ${line}: ${what}.`, {
    place: { file: 'crontab', line },
    suggestions: ['Mend or remove the lines `# BEGIN rota NAME` and `# END rota NAME` with `crontab -e`, then plan again.'],
  });
}
