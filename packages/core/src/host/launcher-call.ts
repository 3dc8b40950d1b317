/** What to hand to `spawn` of node:child_process. */
export interface LauncherCall {
  readonly file: string;
  readonly args: readonly string[];
  /** For `windowsVerbatimArguments`. */
  readonly verbatim: boolean;
}

/**
 * How the launcher is started. On Windows it is a command file, which only cmd.exe can read: Node refuses to start one itself, and with `shell: true` it joins
 * the words without quotes, so that a user's folder with a blank or `&` in its name would be cut in two. The arguments hold no quotes.
 */
export function launcherCall(launcher: string, args: readonly string[]): LauncherCall {
  if (process.platform !== 'win32' || !launcher.endsWith('.cmd')) return { file: launcher, args, verbatim: false };
  const words = [launcher, ...args].map((word) => `"${word}"`).join(' ');
  // With /s cmd.exe takes away the outermost quotes and reads the rest as it stands.
  return { file: process.env.ComSpec ?? 'cmd.exe', args: ['/d', '/s', '/c', `"${words}"`], verbatim: true };
}
