/** A template of jj that prints one JSON object a line. Values are expressions of jj's template language that print JSON (`jj help -k templates`). */
export function jsonLine(fields: Readonly<Record<string, string>>): string {
  const members = Object.entries(fields).map(([name, value], index) => `"${index === 0 ? '{' : ','}\\"${name}\\":" ++ ${value}`);
  return `${members.join(' ++ ')} ++ "}\\n"`;
}

/** An expression that prints a JSON array: `item` says what of each `x` of the list. */
export function jsonList(list: string, item = 'json(x)'): string {
  return `"[" ++ ${list}.map(|x| ${item}).join(",") ++ "]"`;
}

/** The ids of commits, one a line. */
export const commitIds = 'json(commit_id) ++ "\\n"';
