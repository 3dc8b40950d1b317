/** Rows in columns two blanks apart, each as wide as its widest cell; the last column is cut where the terminal ends. */
export function table(rows: readonly (readonly string[])[], columns = Number.POSITIVE_INFINITY): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, width(cell));
    });
  return rows.map((row) => {
    const line = row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - width(cell))))
      .join('  ');
    return cut(line.trimEnd(), columns);
  });
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
