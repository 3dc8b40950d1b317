/** Settings of a unit by section and key; a key that is given several times has several values. */
export type UnitSettings = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/**
 * Reads unit files in the order in which systemd does, drop-ins last: `#` and `;` begin a comment, a backslash at the end joins lines, an empty value
 * takes back what was set before (systemd.syntax(7), systemd.unit(5)).
 */
export function readUnitFile(texts: readonly string[]): UnitSettings {
  const sections = new Map<string, Map<string, string[]>>();
  for (const text of texts) {
    let section = new Map<string, string[]>();
    for (const line of joinedLines(text)) {
      const header = /^\[([^\]]+)\]$/.exec(line)?.[1];
      if (header !== undefined) {
        section = sections.get(header) ?? new Map();
        sections.set(header, section);
        continue;
      }
      const at = line.indexOf('=');
      if (at <= 0) continue;
      const key = line.slice(0, at).trim();
      const value = line.slice(at + 1).trim();
      section.set(key, value === '' ? [] : [...(section.get(key) ?? []), value]);
    }
  }
  return sections;
}

function joinedLines(text: string): readonly string[] {
  const lines: string[] = [];
  let joined: string | undefined;
  for (const raw of text.split(/\r?\n/)) {
    // A comment between two parts of a line is passed over, and the line goes on.
    if (/^[ \t]*[#;]/.test(raw)) continue;
    const line = joined === undefined ? raw.trim() : `${joined} ${raw.trim()}`;
    if (line.endsWith('\\')) {
      joined = line.slice(0, -1).trimEnd();
      continue;
    }
    joined = undefined;
    lines.push(line);
  }
  return joined === undefined ? lines : [...lines, joined];
}
