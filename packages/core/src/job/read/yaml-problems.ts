import type { LineCounter } from 'yaml';

/** What the parser says: its code, its words, and the offset in the text. */
export interface YamlError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** One thing that is wrong with the text, in words for who wrote it. */
export interface YamlProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The parser's errors as a person needs them: the first of each line (one star or one wrong blank makes several), with the remedy for the
 * mistakes that declarations of jobs invite. Pure.
 */
export function yamlProblems(
  errors: readonly YamlError[],
  text: string,
  lines: Pick<LineCounter, 'linePos'>,
): readonly YamlProblem[] {
  const written = text.split('\n');
  const told = new Map<number, YamlProblem>();
  /** A second manifest follows without a line of dashes: one mistake, not one for each of its keys. */
  let runsOn = false;
  for (const error of errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    if (error.code === 'DUPLICATE_KEY' && col === 1 && runsOn && /^(kind|metadata|spec):/.test(written[line - 1] ?? '')) continue;
    if (error.code === 'DUPLICATE_KEY' && col === 1 && /^apiVersion:/.test(written[line - 1] ?? '')) runsOn = true;
    if (!told.has(line)) told.set(line, problemOf(error, line, col, written));
  }
  return [...told.values()];
}

function problemOf({ code, message }: YamlError, line: number, column: number, written: readonly string[]): YamlProblem {
  const here = written[line - 1] ?? '';
  const [, before = '', key = '', value = ''] = /^([ -]*)([\w.-]+):[ ]+(.*?)\s*$/.exec(here) ?? [];
  const at = (words: string, place = column): YamlProblem => ({ message: words, line, column: place });
  const quoted = `Put the value in quotes: \`${key}: ${quote(value)}\`.`;
  const valueAt = before.length + here.slice(before.length).indexOf(value) + 1;
  switch (code) {
    case 'TAB_AS_INDENT':
      return at('A tab stands where YAML wants blanks. Indent with blanks.');
    case 'DUPLICATE_KEY':
      if (column === 1 && key === 'apiVersion') return at('A second manifest begins here: put a line `---` before it.');
      return at('The same key stands twice in one mapping. Keep one.');
    case 'MISSING_CHAR': {
      const open = /^Missing closing (["'])/.exec(message)?.[1];
      const begins = open === undefined ? undefined : lastOpened(open, line, written);
      if (begins !== undefined) return { ...begins, message: `The quote ${open} that begins here is never closed.` };
      break;
    }
    case 'BAD_ALIAS':
    case 'UNEXPECTED_TOKEN':
      if (value.startsWith('*')) return at(`A value that begins with \`*\` means something else in YAML. ${quoted}`, valueAt);
      if (/^["']/.test(value)) return at('More text stands after the closing quote. Put quotes around the whole value.');
      break;
    case 'BAD_SCALAR_START':
      if (value !== '') return at(`A value cannot begin with \`${value.charAt(0)}\` in YAML. ${quoted}`, valueAt);
      break;
    case 'BLOCK_AS_IMPLICIT_KEY':
      if (value.includes(': ')) return at(`A value that holds \`: \` has to be quoted. ${quoted}`, valueAt);
      if (line === written.length) break;
      return { message: `The line is indented deeper than the one above it. ${sameColumn}`, line: line + 1, column: 1 };
    case 'BAD_INDENT':
      if (message.startsWith('All ')) return at(`The line begins in another column than those of its level. ${sameColumn}`);
      break;
    case 'MULTILINE_IMPLICIT_KEY':
      return at('This is no field: after its name stands a colon and a blank, as in `name: value`.');
  }
  return at(`${message.replace(/\.?$/, '')}.`);
}

/** The parser says where the text ends; the quote was forgotten in the last line above that has one too many. */
function lastOpened(quote: string, end: number, written: readonly string[]): { line: number; column: number } | undefined {
  for (let line = end; line > 0; line--) {
    const text = written[line - 1] ?? '';
    const parts = text.split(quote);
    if (parts.length % 2 === 0) return { line, column: text.lastIndexOf(quote) + 1 };
  }
  return undefined;
}

const sameColumn = 'Fields of one level have the same number of blanks before them.';

function quote(value: string): string {
  return value.includes('"') ? `'${value.replaceAll("'", "''")}'` : `"${value}"`;
}
