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
  const searched = needles(secrets);
  return searched.length === 0 ? text : text.replace(anyOf(searched), stars);
}

/** Masks in a stream of bytes, whatever way it is cut into pieces and whatever its encoding of other characters is. */
export function createMasker(secrets: Iterable<string>): Masker {
  // One character a byte, so that a cut in the middle of a character harms nothing.
  const searched = needles(secrets).map((secret) => Buffer.from(secret, 'utf8').toString('latin1'));
  const first = searched[0];
  if (first === undefined) return { write: (bytes) => bytes, end: () => Buffer.alloc(0) };
  const pattern = anyOf(searched);
  let held = '';
  return {
    write(bytes) {
      const text = held + bytes.toString('latin1');
      const cut = safeCut(text, pattern, searched, text.length - first.length + 1);
      held = text.slice(cut);
      return Buffer.from(text.slice(0, cut).replace(pattern, stars), 'latin1');
    },
    end() {
      const rest = Buffer.from(held.replace(pattern, stars), 'latin1');
      held = '';
      return rest;
    },
  };
}

/**
 * Up to where the text can be masked and let go. Before `certain` every secret that begins is wholly there; after it, the text is kept from the
 * first place on at which a secret (or a longer one than is there already) may have begun.
 */
function safeCut(text: string, pattern: RegExp, searched: readonly string[], certain: number): number {
  let at = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null && match.index < certain; match = pattern.exec(text))
    at = pattern.lastIndex;
  at = Math.max(at, certain, 0);
  while (at < text.length) {
    const rest = text.slice(at);
    if (searched.some((secret) => secret.length > rest.length && secret.startsWith(rest))) return at;
    at += searched.find((secret) => rest.startsWith(secret))?.length ?? 1;
  }
  return at;
}

/** Of alternatives a regular expression takes the first that fits: they stand in order of length. */
function anyOf(searched: readonly string[]): RegExp {
  return new RegExp(searched.map((secret) => secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}

/** The secrets and, of those with several lines, each line; the longest first, so that none leaves the rest of another standing. */
function needles(secrets: Iterable<string>): string[] {
  const all = new Set<string>();
  for (const secret of secrets) {
    for (const needle of [secret, ...secret.split(/\r?\n/)]) if (needle.length >= shortest) all.add(needle);
  }
  return [...all].sort((a, b) => Buffer.byteLength(b) - Buffer.byteLength(a));
}
