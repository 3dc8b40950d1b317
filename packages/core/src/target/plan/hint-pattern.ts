/** One name of a path in a hint: a plain name, a test, or any number of names. */
export type HintPart =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'test'; readonly source: string; readonly test: (name: string) => boolean }
  | { readonly kind: 'any' };

/**
 * A hint that was read. The rules are those of git's `:(glob)` pathspecs (gitglossary(7)), without classes such as `[:alpha:]`; and a hint
 * that matches a folder holds for all below it.
 */
export interface HintPattern {
  /** `!`: what matches is left out again, unless a later hint takes it in. */
  readonly excludes: boolean;
  readonly parts: readonly HintPart[];
}

/** Why a hint cannot be used, as the end of a sentence; `undefined` when it can. */
export function hintProblem(hint: string): string | undefined {
  const body = hint.startsWith('!') ? hint.slice(1) : hint;
  if (body === '' || body === '/') return 'names no path.';
  if (body.startsWith('/')) return 'begins with "/". Paths start at the root of the repository, without one.';
  if (body.includes('\0')) return 'holds a NUL character, which no path has.';
  const names = body.replace(/\/$/, '').split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..')) return 'has an empty name, "." or ".." in it.';
  if (names.some((name) => name.includes('**') && name !== '**'))
    return 'has "**" beside other characters. It stands for whole names.';
  if (names.some((name) => name.includes('[:'))) return 'uses a named class of characters, which is not supported.';
  if (names.some((name) => nameSource(name) === undefined)) return 'has a "[" without its "]", or ends in a "\\".';
  return names.some((name) => !isPattern(name)) ? 'has a range of characters that ends before it begins.' : undefined;
}

/** Reads a hint that has no {@link hintProblem}. */
export function parseHint(hint: string): HintPattern {
  const excludes = hint.startsWith('!');
  const names = (excludes ? hint.slice(1) : hint).replace(/\/$/, '').split('/');
  return { excludes, parts: names.map(partOf) };
}

function partOf(name: string): HintPart {
  if (name === '**') return { kind: 'any' };
  if (!/[*?[\\]/.test(name)) return { kind: 'name', name };
  const [, before, after] = /^([^*?[\\]*)\*([^*?[\\]*)$/.exec(name) ?? [];
  if (before !== undefined && after !== undefined) {
    const least = before.length + after.length;
    return {
      kind: 'test',
      source: name,
      test: (text) => text.length >= least && text.startsWith(before) && text.endsWith(after),
    };
  }
  const pattern = new RegExp(`^${nameSource(name) ?? '(?!)'}$`, 'su');
  return { kind: 'test', source: name, test: (text) => pattern.test(text) };
}

function isPattern(name: string): boolean {
  try {
    partOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The pattern of one name as a regular expression; `undefined` where it is not closed. */
function nameSource(name: string): string | undefined {
  let source = '';
  for (let index = 0; index < name.length; index++) {
    const character = name.charAt(index);
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (character === '\\') {
      index += 1;
      if (index === name.length) return undefined;
      source += literal(name.charAt(index));
    } else if (character === '[') {
      const end = name.indexOf(']', index + (/[!^]/.test(name.charAt(index + 1)) ? 3 : 2));
      if (end === -1) return undefined;
      const negated = /[!^]/.test(name.charAt(index + 1));
      source += `[${negated ? '^' : ''}${name.slice(index + (negated ? 2 : 1), end).replaceAll(/[\\\]^[]/g, '\\$&')}]`;
      index = end;
    } else source += literal(character);
  }
  return source;
}

function literal(character: string): string {
  return character.replace(/[.+*?^$()|[\]\\{}/]/, '\\$&');
}
