import { pathToFileURL } from 'node:url';
import type { SourcePlace } from '../../errors/issue.ts';

/** Where in a file an error came from, as far as its stack or message says: the first mention of the file with a line. */
export function errorPlace(error: unknown, file: string): SourcePlace {
  if (!(error instanceof Error)) return { file };
  const text = `${error.message}\n${error.stack ?? ''}`;
  for (const name of [pathToFileURL(file).href, file]) {
    const match = new RegExp(`${literalPattern(name)}(?:\\?[^:\\s]*)?:(\\d+)(?::(\\d+))?`).exec(text);
    if (match === null) continue;
    // The parser behind jiti counts columns from 0.
    const fromZero = error.message.startsWith('ParseError') ? 1 : 0;
    const column = match[2] === undefined ? caretColumn(text.slice(match.index)) : Number(match[2]) + fromZero;
    return { file, line: Number(match[1]), ...(column === undefined ? {} : { column }) };
  }
  const parser = /\((\d+):(\d+)\)/.exec(error.message);
  return parser === null ? { file } : { file, line: Number(parser[1]), column: Number(parser[2]) };
}

/** Node prints a syntax error as place, source line and a line with a caret below the column. */
function caretColumn(text: string): number | undefined {
  const caret = text.split('\n')[2]?.search(/\^/);
  return caret === undefined || caret < 0 ? undefined : caret + 1;
}

function literalPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
