const colorCode = /\u001b\[\d+m/g;
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const none = /^[\p{Mn}\p{Me}\p{Cf}]/u;

/** How many columns of a terminal a text takes: colours none, letters of East Asia and pictures two (Unicode, East Asian Width). */
export function cellWidth(text: string): number {
  let columns = 0;
  for (const letter of text.replace(colorCode, '')) columns += none.test(letter) ? 0 : wide.test(letter) ? 2 : 1;
  return columns;
}
