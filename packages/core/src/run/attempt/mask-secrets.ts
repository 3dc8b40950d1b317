/** Shorter values are no secrets, and masking them would make the output unreadable. */
const shortest = 3;
const stars = '****';

export interface Masker {
  /** Bytes of one stream, masked; up to the longest secret's length is held back, in case a secret ends in the next piece. */
  write(bytes: Buffer): Buffer;
  /** What was held back. */
  end(): Buffer;
}

/** Masks in one whole text. */
export function maskText(text: string, secrets: Iterable<string>): string {
  return masked(text, finderOf(needles(secrets)));
}

/** Masks in a stream of bytes, whatever way it is cut into pieces and whatever its encoding of other characters is. */
export function createMasker(secrets: Iterable<string>): Masker {
  // One character a byte, so that a cut in the middle of a character harms nothing.
  const searched = needles(secrets).map((secret) => Buffer.from(secret, 'utf8').toString('latin1'));
  const longest = searched[0]?.length;
  if (longest === undefined) return { write: (bytes) => bytes, end: () => Buffer.alloc(0) };
  const finder = finderOf(searched);
  let held = '';
  return {
    write(bytes) {
      const text = held + bytes.toString('latin1');
      const cut = safeCut(text, finder, text.length - longest + 1);
      held = text.slice(cut);
      return Buffer.from(masked(text.slice(0, cut), finder), 'latin1');
    },
    end() {
      const rest = Buffer.from(masked(held, finder), 'latin1');
      held = '';
      return rest;
    },
  };
}

/**
 * Up to where the text can be masked and let go. Before `certain` every secret that begins is wholly there; after it, the text is kept from the
 * first place on at which a secret (or a longer one than is there already) may have begun.
 */
function safeCut(text: string, finder: Finder, certain: number): number {
  let at = 0;
  for (let hit = finder.next(text, 0); hit !== undefined && hit.from < certain; hit = finder.next(text, at)) at = hit.to;
  at = Math.max(at, certain, 0);
  for (let start = finder.nextStart(text, at); start < text.length; start = finder.nextStart(text, at)) {
    if (finder.mayGoOn(text, start)) return start;
    at = finder.endAt(text, start) ?? start + 1;
  }
  return text.length;
}

function masked(text: string, finder: Finder): string {
  let result = '';
  let done = 0;
  for (let hit = finder.next(text, 0); hit !== undefined; hit = finder.next(text, done)) {
    result += text.slice(done, hit.from) + stars;
    done = hit.to;
  }
  return done === 0 ? text : result + text.slice(done);
}

interface Finder {
  /** The first secret at or after a place. */
  next(text: string, at: number): { readonly from: number; readonly to: number } | undefined;
  /** The first place at or after another where one may begin; the text's length: none. */
  nextStart(text: string, at: number): number;
  /** The end of the longest secret that stands at a place. */
  endAt(text: string, at: number): number | undefined;
  /** Whether the text ends in the middle of a secret that stands at a place. */
  mayGoOn(text: string, at: number): boolean;
}

/** More beginnings than this are looked for by their first character only, since a regular expression has a limit. */
const mostStarts = 2000;

/** By the first characters of the secrets, however long and many these are: a file may be one. They come with the longest first. */
function finderOf(searched: readonly string[]): Finder {
  const byStart = new Map<string, string[]>();
  for (const secret of searched) {
    const start = secret.slice(0, shortest);
    byStart.set(start, [...(byStart.get(start) ?? []), secret]);
  }
  const starts =
    byStart.size > mostStarts ? [...new Set([...byStart.keys()].map((start) => start.charAt(0)))] : [...byStart.keys()];
  const pattern = new RegExp(starts.length === 0 ? '(?!)' : starts.map(escaped).join('|'), 'g');
  const at = (text: string, from: number): readonly string[] => byStart.get(text.slice(from, from + shortest)) ?? [];
  const finder: Finder = {
    nextStart(text, from) {
      pattern.lastIndex = from;
      const found = pattern.exec(text)?.index ?? text.length;
      // The beginning itself may be cut off.
      for (let last = Math.max(from, text.length - shortest + 1); last < Math.min(found, text.length); last++)
        if (finder.mayGoOn(text, last)) return last;
      return found;
    },
    endAt(text, from) {
      const secret = at(text, from).find((candidate) => text.startsWith(candidate, from));
      return secret === undefined ? undefined : from + secret.length;
    },
    mayGoOn(text, from) {
      const rest = text.slice(from);
      const candidates = rest.length < shortest ? searched : at(text, from);
      return candidates.some((secret) => secret.length > rest.length && secret.startsWith(rest));
    },
    next(text, from) {
      pattern.lastIndex = from;
      for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
        const to = finder.endAt(text, match.index);
        if (to !== undefined) return { from: match.index, to };
        pattern.lastIndex = match.index + 1;
      }
      return undefined;
    },
  };
  return finder;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The secrets and, of those with several lines, each line; the longest first, so that none leaves the rest of another standing. */
function needles(secrets: Iterable<string>): string[] {
  const all = new Set<string>();
  for (const secret of secrets) {
    for (const needle of [secret, ...secret.split(/\r?\n/)]) if (needle.length >= shortest) all.add(needle);
  }
  return [...all].sort((a, b) => Buffer.byteLength(b) - Buffer.byteLength(a));
}
