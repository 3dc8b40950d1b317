/** A command line that was split, or why it cannot be. `offset` counts characters from 0. */
export type CommandLine =
  | { readonly ok: true; readonly argv: readonly string[] }
  | { readonly ok: false; readonly message: string; readonly offset: number };

const blanks = /[ \t\r\n]/;
const shellCharacters = /[|><&;]/;

/**
 * Splits a command line at blanks. Single and double quotes keep blanks together and may stand inside a word; nothing else is special,
 * a backslash least of all, so that a Windows path is read as it is written. Characters that would need a shell are refused outside quotes.
 */
export function splitCommandLine(text: string): CommandLine {
  const argv: string[] = [];
  let word: string | undefined;
  let quote: { readonly mark: string; readonly offset: number } | undefined;
  for (let offset = 0; offset < text.length; offset++) {
    const character = text.charAt(offset);
    if (quote !== undefined) {
      if (character === quote.mark) quote = undefined;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = { mark: character, offset };
      word ??= '';
    } else if (blanks.test(character)) {
      if (word !== undefined) argv.push(word);
      word = undefined;
    } else if (shellCharacters.test(character)) {
      return {
        ok: false,
        offset,
        message: `"${character}" means something only to a shell. Add \`shell: true\`, or put it in quotes.`,
      };
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return { ok: false, offset: quote.offset, message: `The quote ${quote.mark} is not closed.` };
  if (word !== undefined) argv.push(word);
  if (argv.length === 0 || argv[0] === '') return { ok: false, offset: 0, message: 'The command names no program.' };
  return { ok: true, argv };
}

/** A command line that {@link splitCommandLine} splits into exactly these words. */
export function quoteCommandLine(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word !== '' && !/[ \t\r\n'"|><&;]/.test(word)) return word;
  if (!word.includes('"')) return `"${word}"`;
  // A word with both kinds of quotes changes the mark at each double quote: nothing escapes inside quotes.
  return word
    .split(/("+)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('"') ? `'${part}'` : `"${part}"`))
    .join('');
}
