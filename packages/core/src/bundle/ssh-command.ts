import { quoteForShell } from './quote-for-shell.ts';

/** A machine behind ssh: `[user@]host` or an alias of ssh_config(5), and options in its words, such as `Port=2222`. */
export interface SshPlace {
  readonly host: string;
  readonly options?: readonly string[] | undefined;
}

/** Nothing asks at night, and a dead line is noticed within a quarter of a minute. */
const unattended = ['BatchMode=yes', 'ConnectTimeout=10', 'ServerAliveInterval=5', 'ServerAliveCountMax=3'];

/** Arguments of ssh(1) for options alone. Those of the declaration come first: the first value of an option holds. */
export function sshOptions({ options = [] }: SshPlace): readonly string[] {
  return [...options, ...unattended].flatMap((option) => ['-o', option]);
}

/** Arguments of ssh(1) that run a script of sh(1) with arguments there, whatever shell the account has. */
export function sshScript(place: SshPlace, script: string, args: readonly string[] = []): readonly string[] {
  return [...sshOptions(place), '--', place.host, ['exec', 'sh', '-c', script, 'rota', ...args].map(quoteForShell).join(' ')];
}

/** The exit code of ssh(1) itself, when there was no connection or it was lost. */
export const sshFailed = 255;

/** True for a host that ssh takes as one, and not as an option or a command. */
export function isSshHost(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.@:%[\]-]*$/.test(text);
}
