/** How jj and git begin and end a conflict in a file (`jj help -k config`, `ui.conflict-marker-style`; git-merge(1)). */
const markers = /^(<{7,}|>{7,}|%{7,}|\+{7,}|\\{7,}) .*\bconflict \d+ of \d+|^<{7} \S[^\n]*$[\s\S]*^={7}$[\s\S]*^>{7} \S/m;

/** Whether a text has conflict markers in it, and not merely a line of signs. */
export function holdsMarkers(text: string): boolean {
  return markers.test(text);
}
