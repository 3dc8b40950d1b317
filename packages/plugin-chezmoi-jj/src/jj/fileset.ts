/** A path below the working tree as jj's fileset language names exactly that path (`jj help -k filesets`): no glob, whatever is in it. */
export function exactPath(path: string): string {
  return `root:${quoted(path)}`;
}

/** A name as jj's string patterns take it literally. */
export function exactName(name: string): string {
  return `exact:${quoted(name)}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
