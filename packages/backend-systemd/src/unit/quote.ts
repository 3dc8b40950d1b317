/**
 * One word of a unit file line, quoted so that systemd gives back exactly `text`: double quotes, C escapes, `%%` for the specifiers
 * (systemd.syntax(7), "Quoting"). Proven by a round trip through the real manager.
 */
export function quoteWord(text: string): string {
  return `"${escapeText(text)}"`;
}

/** One argument of `ExecStart=`, where `$` begins a variable and is doubled (systemd.service(5), "Command lines"). */
export function quoteArgument(text: string): string {
  return `"${escapeText(text).replaceAll('$', '$$$$')}"`;
}

/** The rest of a line that is one path and is never quoted, such as `WorkingDirectory=`: only specifiers count. */
export function escapePath(text: string): string {
  return text.replaceAll('%', '%%');
}

/**
 * Whether such a line can hold the path: without quotes a line break would begin another setting, and what stands at the end (blanks, the backslash that
 * joins lines) would be read as something else.
 */
export function fitsPath(text: string): boolean {
  return !/[\u0000-\u001F\u007F]|[\s\\]$/.test(text);
}

/** Text for people, such as `Description=`: one line, nothing at its end that would join it with the next. */
export function plainText(text: string): string {
  return text
    .replace(/[\u0000-\u001F\u007F]+/g, ' ')
    .replaceAll('%', '%%')
    .replace(/[\s\\]+$/, '')
    .trimStart();
}

/** Whether `Environment=` takes the value: control characters but tab and newline, and noncharacters, it drops. */
export function fitsEnvironment(value: string): boolean {
  if (/[\u0000-\u0008\u000B-\u001F\u007F]/.test(value)) return false;
  for (const character of value) if (isNoncharacter(character)) return false;
  return true;
}

function escapeText(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\\') escaped += '\\\\';
    else if (character === '"') escaped += '\\"';
    else if (character === '%') escaped += '%%';
    else if (character === '\n') escaped += '\\n';
    else if (character === '\t') escaped += '\\t';
    else if (code < 0x20 || code === 0x7f || isNoncharacter(character)) escaped += escapeBytes(character);
    else escaped += character;
  }
  return escaped;
}

function isNoncharacter(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}

function escapeBytes(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
