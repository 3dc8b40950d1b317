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
  for (const error of errors) {
    const { line, col } = lines.linePos(error.pos[0]);
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
      return at('The same key stands twice in one mapping. Keep one.');
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

const sameColumn = 'Fields of one level have the same number of blanks before them.';

function quote(value: string): string {
  return value.includes('"') ? `'${value.replaceAll("'", "''")}'` : `"${value}"`;
}
