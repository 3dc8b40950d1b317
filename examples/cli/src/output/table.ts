import { cellWidth as width } from './cell-width.ts';

/** The narrowest that the last column may be cut to before rows are written one field below the other. */
const narrowest = 12;

/**
 * Rows in columns two blanks apart, each as wide as its widest cell; the last column is cut where the terminal ends. The first row is the
 * head. Where more than the last column would be lost, each row stands as lines of its own, named by the head, and nothing is cut. On a terminal a
 * column in which nothing stands takes no room; a pipe always gets the same columns.
 */
export function table(all: readonly (readonly string[])[], columns = Number.POSITIVE_INFINITY): readonly string[] {
  const rows = Number.isFinite(columns) ? withoutEmpty(all) : all;
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, width(cell));
    });
  const needed = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, Math.min(narrowest, widths.at(-1) ?? 0));
  const [head = [], ...body] = rows;
  if (needed > columns && body.length > 0 && isHead(head)) return stacked(head, body, columns);
  return rows.map((row) => {
    const line = row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - width(cell))))
      .join('  ');
    return cut(line.trimEnd(), columns);
  });
}

/** Some tables have none: their first row is a row like the others. */
function isHead(row: readonly string[]): boolean {
  return row.every((cell) => cell === cell.toUpperCase());
}

function withoutEmpty(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const [head = [], ...body] = rows;
  if (body.length === 0 || !isHead(head)) return rows;
  const filled = head.map((_, index) => body.some((row) => (row[index] ?? '') !== ''));
  return rows.map((row) => row.filter((_, index) => filled[index] ?? true));
}

function stacked(head: readonly string[], body: readonly (readonly string[])[], columns: number): readonly string[] {
  const longest = Math.max(...head.slice(1).map(width));
  return body.flatMap(([name = '', ...cells]) => [
    name,
    ...cells.flatMap((cell, index) => {
      const label = (head[index + 1] ?? '').toLowerCase();
      if (cell === '') return [];
      return wrapped(cell, columns - longest - 4).map(
        (line, at) => `  ${at === 0 ? label : ''}${' '.repeat(longest - (at === 0 ? width(label) : 0))}  ${line}`,
      );
    }),
  ]);
}

/** A value over several lines, broken at blanks; a word that is longer than a line stays whole, so that it can be copied. */
function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && width(last) + 1 + width(word) <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Lines that hold colour are left whole: a cut could lose the code that ends it. */
function cut(line: string, columns: number): string {
  if (width(line) <= columns || line.includes('\u001b')) return line;
  let kept = '';
  for (const letter of line) {
    if (kept !== '' && width(kept + letter) > columns - 3) break;
    kept += letter;
  }
  return `${kept}...`;
}
