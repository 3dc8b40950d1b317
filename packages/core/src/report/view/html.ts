/** Text that is HTML already: made by {@link html} alone, so that nothing gets into a page unescaped. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

/** Builds HTML: what is put in is escaped, unless it is HTML itself. Lists are joined; `null`, `undefined` and `false` are nothing. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: texts.reduce((all, text, index) => `${all}${printPart(parts[index - 1])}${text}`) };
}

function printPart(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'markup' in part ? part.markup : part.map(printPart).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Text for an element or a quoted attribute. Colours of a terminal are dropped. Other control characters, and those that turn the direction of all
 * that follows (U+202A to U+202E, U+2066 to U+2069), become U+FFFD: with them a name could pose as another.
 */
export function escapeHtml(text: string): string {
  return (
    text
      .toWellFormed()
      // ECMA-48: control sequences, and the strings that terminals take as titles and links.
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g, '')
      .replace(/\r\n/g, '\n')
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => entities[character] ?? '')
  );
}
