const bold = process.stdout.isTTY && !process.env.NO_COLOR;

/** One sentence of the guide. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** The heading of a step, such as the command that is about to run. */
export function heading(text) {
  process.stdout.write(bold ? `\n\u001b[1m${text}\u001b[22m\n` : `\n${text}\n`);
}

/** Indented, so that the output of commands stands apart from the guide. */
export function quote(text) {
  for (const line of text.trimEnd().split('\n')) process.stdout.write(`  ${line}\n`);
}
