import type { CompileInput } from '@rota/core';

/** Whether what a task starts lies in the user's own folder, where every program of that user may change it and other accounts may not read it. */
export function inProfile({ launcher, home }: Pick<CompileInput, 'launcher' | 'home'>): boolean {
  return plain(launcher).startsWith(`${plain(home).replace(/\/$/, '')}/`);
}

/** Where it can lie instead. */
export const outsideProfile =
  'Keep the state in a folder that only administrators may change and this account can read: --state-dir DIR, with rights set by icacls.';

/** Windows takes both slashes, and letters of either case. */
function plain(path: string): string {
  return path.replaceAll('\\', '/').toLowerCase();
}
