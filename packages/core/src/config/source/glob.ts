/** Characters that make a pattern of a path. */
const magic = /[*?{}]/;

/** True when a path is a pattern; `\` is a separator on Windows, never an escape. */
export function isGlob(path: string): boolean {
  return magic.test(path);
}

/** The part of a pattern before its first wildcard, cut at a separator: the folder that has to be walked. */
export function globRoot(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => magic.test(part));
  return parts.slice(0, first === -1 ? -1 : first).join('/');
}

/**
 * Turns a pattern with `/` as separator into a test: `*` and `?` stay within one part and do not match a leading dot, `**` as a whole part
 * stands for any number of folders, `{a,b}` for either.
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const alternatives = expandBraces(pattern).map(
    (one) =>
      new RegExp(
        `^${one.split('/').map(partSource).join('/')}$`
          .replaceAll('<any>/', '(?:[^/.][^/]*/)*')
          .replace('/<any>$', '(?:/[^/.][^/]*)+$')
          .replace('^<any>$', '^.*$'),
      ),
  );
  return (path) => alternatives.some((alternative) => alternative.test(path));
}

function partSource(part: string): string {
  if (part === '**') return '<any>';
  const source = part
    .replaceAll(/[.+^$()|[\]\\<>{}]/g, '\\$&')
    .replaceAll(/\*+/g, '[^/]*')
    .replaceAll('?', '[^/]');
  return /^[*?]/.test(part) ? `(?!\\.)${source}` : source;
}

/** `a{b,c{d,e}}` is `ab`, `acd`, `ace`; a brace that is not closed is text. */
function expandBraces(pattern: string): readonly string[] {
  const open = pattern.indexOf('{');
  if (open === -1) return [pattern];
  let depth = 0;
  const cuts: number[] = [open];
  for (let index = open; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    if (character === '{') depth += 1;
    else if (character === ',' && depth === 1) cuts.push(index);
    else if (character === '}') depth -= 1;
    if (depth > 0) continue;
    cuts.push(index);
    const head = pattern.slice(0, open);
    const tails = expandBraces(pattern.slice(index + 1));
    return cuts
      .slice(0, -1)
      .flatMap((cut, which) => expandBraces(pattern.slice(cut + 1, cuts[which + 1])))
      .flatMap((middle) => tails.map((tail) => head + middle + tail));
  }
  return [pattern];
}
