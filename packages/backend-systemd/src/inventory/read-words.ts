const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  s: ' ',
};

/** Splits a line as systemd does: blanks, both kinds of quotes, C escapes (systemd.syntax(7), "Quoting"); `undefined` for what it would refuse. */
export function readWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: Buffer[] | undefined;
  let quote = '';
  const add = (part: string | Buffer): void => {
    word = [...(word ?? []), typeof part === 'string' ? Buffer.from(part) : part];
  };
  for (let at = 0; at < text.length; at++) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    at += character.length - 1;
    if (character === '\\') {
      const [source, part] = readEscape(text, at) ?? [];
      if (source === undefined || part === undefined) return undefined;
      add(part);
      at += source.length - 1;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else add(character);
    } else if (character === '"' || character === "'") {
      quote = character;
      add('');
    } else if (/[ \t\n]/.test(character)) {
      if (word !== undefined) words.push(Buffer.concat(word).toString());
      word = undefined;
    } else add(character);
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(Buffer.concat(word).toString());
  return words;
}

function readEscape(text: string, at: number): readonly [string, string | Buffer] | undefined {
  const rest = text.slice(at, at + 10);
  const [hex, digits] = /^\\x([0-9a-fA-F]{2})/.exec(rest) ?? [];
  if (hex !== undefined && digits !== undefined) return [hex, Buffer.from([Number.parseInt(digits, 16)])];
  const [wide, long, short] = /^\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4}))/.exec(rest) ?? [];
  if (wide !== undefined) return [wide, String.fromCodePoint(Number.parseInt(long ?? short ?? '0', 16))];
  const [octal, number] = /^\\([0-7]{3})/.exec(rest) ?? [];
  if (octal !== undefined && number !== undefined) return [octal, Buffer.from([Number.parseInt(number, 8)])];
  const simple = escapes[rest.charAt(1)];
  return simple === undefined ? undefined : [rest.slice(0, 2), simple];
}
