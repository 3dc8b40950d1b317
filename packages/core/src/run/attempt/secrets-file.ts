/**
 * Reads `NAME=VALUE` lines: blank lines and lines that begin with `#` are passed over, `export ` before a name is allowed, a value may stand in
 * single quotes (taken as it is) or double quotes (`\n`, `\"` and `\\` are read). Nothing is expanded.
 */
export function parseSecrets(text: string): ReadonlyMap<string, string> {
  const secrets = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (found?.[1] !== undefined && found[2] !== undefined) secrets.set(found[1], unquoted(found[2]));
  }
  return secrets;
}

function unquoted(value: string): string {
  if (value.length >= 2 && value.startsWith("'") && value.endsWith("'")) return value.slice(1, -1);
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
