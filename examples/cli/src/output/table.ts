/** The narrowest that the last column may be cut to before rows are written one field below the other. */
const narrowest = 12;

/**
 * Rows in columns two blanks apart, each as wide as its widest cell; the last column is cut where the terminal ends. The first row is the
 * head. Where more than the last column would be lost, each row stands as lines of its own, named by the head.
 */
export function table(rows: readonly (readonly string[])[], columns = Number.POSITIVE_INFINITY): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, width(cell));
    });
  const needed = widths.slice(0, -1).reduce((sum, one) => sum + one + 2, Math.min(narrowest, widths.at(-1) ?? 0));
  const [head = [], ...body] = rows;
  if (needed > columns && body.length > 0 && head.every((cell) => cell === cell.toUpperCase()))
    return stacked(head, body, columns);
  return rows.map((row) => {
    const line = row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - width(cell))))
      .join('  ');
    return cut(line.trimEnd(), columns);
  });
}

function stacked(head: readonly string[], body: readonly (readonly string[])[], columns: number): readonly string[] {
  const longest = Math.max(...head.slice(1).map(width));
  return body.flatMap(([name = '', ...cells]) => [
    cut(name, columns),
    ...cells.flatMap((cell, index) => {
      const label = (head[index + 1] ?? '').toLowerCase();
      return cell === '' ? [] : [cut(`  ${label}${' '.repeat(longest - width(label))}  ${cell}`, columns)];
    }),
  ]);
}

const colorCode = /\u001b\[\d+m/g;

/** What a terminal shows of it: colours take no room. */
function width(text: string): number {
  return [...text.replace(colorCode, '')].length;
}

/** Lines that hold colour are left whole: a cut could lose the code that ends it. */
function cut(line: string, columns: number): string {
  if (width(line) <= columns || line.includes('\u001b')) return line;
  return `${[...line].slice(0, Math.max(1, columns - 3)).join('')}...`;
}
