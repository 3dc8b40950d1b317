import { createHash } from 'node:crypto';
import { type BytesText, fromBytesText } from '../crontab-text/bytes-text.ts';
import { parseTable } from '../crontab-text/parse-table.ts';

/** A line of a crontab that starts something and is not ours. */
export interface ForeignLine {
  /** Counted from 1. */
  readonly line: number;
  /** Without its line break, and without what switched it off. */
  readonly raw: BytesText;
  /** Settings above it, which hold for it; the last of a name counts. */
  readonly settings: ReadonlyMap<string, string>;
  /** Comment lines right above it, without the marks. */
  readonly comments: readonly string[];
  /** Which tool writes the line, if one says so. */
  readonly tool?: { readonly name: string; readonly entry: string };
  /** False: a job has taken its place, and it stands as a comment. */
  readonly on: boolean;
  /** Of the line and its settings. The second of two that are alike ends in `.2`. */
  readonly digest: string;
  /** Of the command alone. */
  readonly key: string;
}

/** Stands before a line whose place a job has taken. */
export const adoptedPrefix = '# adopted by rota: ';

const setting = /^[ \t]*(?:"([^"]*)"|'([^']*)'|([A-Za-z_][A-Za-z0-9_]*))[ \t]*=[ \t]*(.*?)[ \t]*$/s;
const toolComment = /^#(Ansible|[ ]?Puppet Name): (.*)$/;

/** Every such line of a table; with `owned` also the ones in which a user name follows the times, as in /etc/crontab. @throws ROTA_CRONTAB_MARKERS */
export function foreignLines(table: BytesText): readonly ForeignLine[] {
  const found: ForeignLine[] = [];
  const settings = new Map<string, string>();
  const seen = new Map<string, number>();
  let comments: string[] = [];
  let whenever: string | undefined;
  for (const { line, raw } of linesOutsideEntries(table)) {
    const on = !raw.startsWith(adoptedPrefix);
    const bare = on ? raw : raw.slice(adoptedPrefix.length);
    const text = fromBytesText(bare);
    if (on && /^[ \t]*#/.test(text)) {
      whenever = /^# Begin Whenever generated tasks for: (.*?)(?: at: .*)?$/.exec(text)?.[1] ?? whenever;
      if (text.startsWith('# End Whenever generated tasks')) whenever = undefined;
      comments.push(text.trim());
      continue;
    }
    const above = comments;
    comments = [];
    if (text.trim() === '') continue;
    const assigned = setting.exec(text);
    if (assigned !== null) {
      settings.set(assigned[1] ?? assigned[2] ?? assigned[3] ?? '', unquote(assigned[4] ?? ''));
      continue;
    }
    const tool = toolOf(above.at(-1), whenever);
    const digest = shortHash(JSON.stringify([bare, [...settings].sort(([a], [b]) => (a < b ? -1 : 1))]), 16);
    const nth = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, nth);
    found.push({
      line,
      raw: bare,
      settings: new Map(settings),
      comments: tool === undefined ? above.filter(isProse).map((comment) => comment.replace(/^#+[ \t]*/, '')) : [],
      ...(tool === undefined ? {} : { tool }),
      on,
      digest: nth === 1 ? digest : `${digest}.${nth}`,
      key: `crontab:${shortHash(splitTimes(bare)?.rest ?? bare, 8)}`,
    });
  }
  return found;
}

/** The time fields of a line and what follows them; `undefined` when there are too few words. */
export function splitTimes(line: string): { readonly times: string; readonly rest: string } | undefined {
  const match = /^[ \t]*(@\S+|(?:[^ \t]+[ \t]+){4}[^ \t]+)[ \t]+(.+)$/s.exec(line);
  return match === null ? undefined : { times: (match[1] ?? '').trim(), rest: match[2] ?? '' };
}

function linesOutsideEntries(table: BytesText): readonly { readonly line: number; readonly raw: BytesText }[] {
  const split = (text: BytesText, first: number) => text.split('\n').map((raw, index) => ({ line: first + index, raw }));
  return parseTable(table).flatMap((part) => {
    if (part.kind === 'text') return split(part.text, part.line);
    return part.parts.flatMap((inner) => (inner.kind === 'foreign' ? split(inner.text, inner.line) : []));
  });
}

function toolOf(comment: string | undefined, whenever: string | undefined): ForeignLine['tool'] {
  if (whenever !== undefined) return { name: 'Whenever', entry: whenever };
  const [, name, entry] = toolComment.exec(comment ?? '') ?? [];
  if (name === undefined || entry === undefined) return undefined;
  return { name: name.trim().replace(' Name', ''), entry };
}

/** Not what Rota wrote, the header that Debian puts into a new crontab, or a job that somebody took out. */
function isProse(comment: string): boolean {
  const text = comment.replace(/^#+[ \t]*/, '');
  return text !== '' && !/^rota |^m h +dom mon dow|^@|^([0-9*][0-9*,/-]*[ \t]+){3}/.test(text);
}

function unquote(value: string): string {
  const [, , inner] = /^(["'])(.*)\1$/s.exec(value) ?? [];
  return inner ?? value;
}

function shortHash(text: string, length: number): string {
  return createHash('sha256').update(text, 'latin1').digest('hex').slice(0, length);
}
