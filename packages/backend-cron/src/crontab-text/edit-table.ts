import { createHash } from 'node:crypto';
import type { JobKey } from '@rota/core';
import { type BytesText, toBytesText } from './bytes-text.ts';
import { type BlockPart, beginMarker, endMarker, parseTable, sameJob, type TablePart } from './parse-table.ts';

/** One job's new text, or `null` to take it out. */
export interface EntryEdit extends JobKey {
  readonly content: string | null;
}

const newlineNote = /^# rota added the final newline after ([0-9a-f]{8})\n/;

/**
 * The table with the jobs of one namespace set, and every other byte as it was. A new block stands at the top, where no setting of
 * the rest (`SHELL`, `CRON_TZ`, `RANDOM_DELAY`) reaches it. A last line without a line break gets one while there is a block, because no cron
 * takes a table without; it is taken away with the last block, if that line is still the same. Editing twice changes nothing.
 *
 * @throws ROTA_CRONTAB_MARKERS
 */
export function editTable(table: BytesText, namespace: string, edits: readonly EntryEdit[]): BytesText {
  const { note, rest } = readNote(table);
  const parts = parseTable(rest);
  const edited = parts.some((part) => part.kind === 'block' && part.namespace === namespace)
    ? parts.flatMap((part) => (part.kind === 'block' && part.namespace === namespace ? editBlock(part, edits) : [part]))
    : [...editBlock(newBlock(namespace), edits), ...parts];
  const text = edited.map(printPart).join('');
  const before = parts.some((part) => part.kind === 'block');
  const after = edited.some((part) => part.kind === 'block');
  if (!before && !after) return table;
  if (after) {
    if (note !== undefined) return table.slice(0, table.length - rest.length) + text;
    if (text.endsWith('\n')) return text;
    return `# rota added the final newline after ${lastLineCheck(text)}\n${text}\n`;
  }
  return note !== undefined && text.endsWith('\n') && lastLineCheck(text.slice(0, -1)) === note ? text.slice(0, -1) : text;
}

function readNote(table: BytesText): { readonly note: string | undefined; readonly rest: BytesText } {
  const match = newlineNote.exec(table);
  return match === null ? { note: undefined, rest: table } : { note: match[1], rest: table.slice(match[0].length) };
}

function lastLineCheck(text: BytesText): string {
  return createHash('sha256')
    .update(text.slice(text.lastIndexOf('\n') + 1), 'latin1')
    .digest('hex')
    .slice(0, 8);
}

type Block = Extract<TablePart, { kind: 'block' }>;

function newBlock(namespace: string): Block {
  return { kind: 'block', namespace, begin: `${beginMarker(namespace)}\n`, parts: [], end: `${endMarker(namespace)}\n`, line: 1 };
}

/** The block with its edits; without jobs only what a person put into it is left. */
function editBlock(block: Block, edits: readonly EntryEdit[]): readonly TablePart[] {
  let parts = block.parts;
  for (const edit of edits) parts = editParts(parts, edit);
  if (parts.some((part) => part.kind === 'entry')) {
    const end = block.end.endsWith('\n') ? block.end : `${block.end}\n`;
    return [{ ...block, parts, end }];
  }
  const foreign = parts.map(printBlockPart).join('');
  return foreign === '' ? [] : [{ kind: 'text', text: foreign, line: block.line }];
}

function editParts(parts: readonly BlockPart[], edit: EntryEdit): readonly BlockPart[] {
  const at = parts.findIndex((part) => part.kind === 'entry' && sameJob(part.header, edit));
  const others = parts.filter((part) => part.kind !== 'entry' || !sameJob(part.header, edit));
  if (edit.content === null) return others;
  const text = toBytesText(edit.content);
  const entry = entryPart(text, edit);
  if (at >= 0) return [...others.slice(0, at), entry, ...others.slice(at)];
  const id = `${edit.tenant}/${edit.name}`;
  const next = others.findIndex((part) => part.kind === 'entry' && `${part.header.tenant}/${part.header.name}` > id);
  return next < 0 ? [...others, entry] : [...others.slice(0, next), entry, ...others.slice(next)];
}

function entryPart(text: BytesText, job: JobKey): BlockPart {
  const end = text.indexOf('\n') + 1;
  return {
    kind: 'entry',
    header: { tenant: job.tenant, name: job.name, digest: '', check: '' },
    headerLine: text.slice(0, end),
    body: text.slice(end),
    line: 0,
  };
}

function printPart(part: TablePart): BytesText {
  return part.kind === 'text' ? part.text : `${part.begin}${part.parts.map(printBlockPart).join('')}${part.end}`;
}

export function printBlockPart(part: BlockPart): BytesText {
  return part.kind === 'entry' ? part.headerLine + part.body : part.text;
}
