/** Reads a line by the rules that Microsoft documents for `CommandLineToArgvW`, character by character. The program is not among them. */
export function splitCommandLine(line: string): readonly string[] {
  const found: string[] = [];
  let current: string | undefined;
  let quoted = false;
  for (let index = 0; index < line.length; ) {
    const slashes = /^\\*/.exec(line.slice(index))?.[0].length ?? 0;
    const next = line[index + slashes];
    if (slashes > 0) {
      const before = next === '"';
      current = (current ?? '') + '\\'.repeat(before ? Math.floor(slashes / 2) : slashes);
      index += slashes;
      if (before && slashes % 2 === 1) {
        current += '"';
        index++;
      }
    } else if (next === '"') {
      quoted = !quoted;
      current ??= '';
      index++;
    } else if (!quoted && (next === ' ' || next === '\t')) {
      if (current !== undefined) found.push(current);
      current = undefined;
      index++;
    } else {
      current = (current ?? '') + next;
      index++;
    }
  }
  if (current !== undefined) found.push(current);
  return found;
}
