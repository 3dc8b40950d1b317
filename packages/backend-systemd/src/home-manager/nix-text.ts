/** A value of the Nix language; `nix` is an expression as it stands. */
export type NixValue = string | number | boolean | readonly NixValue[] | NixSet | { readonly nix: string };

/** An attribute set, in the order in which it is written. */
export interface NixSet {
  readonly set: readonly (readonly [path: string, value: NixValue])[];
}

/** A string literal that Nix reads back as exactly `text`. Source: Nix manual, "String literals". */
export function nixString(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `"${text.replace(/["\\$\n\r\t]/g, (character) => escapes[character] ?? `\\${character}`)}"`;
}

/** The text of a value, lines after the first indented by `indent` blanks. */
export function nixText(value: NixValue, indent = 0): string {
  if (typeof value === 'string') return nixString(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if ('nix' in value) return value.nix;
  const inner = ' '.repeat(indent + 2);
  const end = ' '.repeat(indent);
  if ('set' in value) {
    if (value.set.length === 0) return '{ }';
    const lines = value.set.map(([path, item]) => `${inner}${path} = ${nixText(item, indent + 2)};\n`);
    return `{\n${lines.join('')}${end}}`;
  }
  if (value.length === 0) return '[ ]';
  const items = value.map((item) => `${inner}${nixText(item, indent + 2)}\n`);
  return `[\n${items.join('')}${end}]`;
}
