import { type Host, type ProcessResult, RotaError } from '@rota/core';

/** The environment that finds the user's manager, also from cron or after `su`, where nothing is set. */
export function managerEnvironment(host: Pick<Host, 'env' | 'user'>): Readonly<Record<string, string>> {
  return { XDG_RUNTIME_DIR: runtimeFolder(host), SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '', TZ: 'UTC' };
}

export function runtimeFolder({ env, user }: Pick<Host, 'env' | 'user'>): string {
  return env.XDG_RUNTIME_DIR || `/run/user/${user.uid}`;
}

/** Runs `systemctl --user` and hands back how it ended. */
export async function trySystemctl(host: Host, args: readonly string[]): Promise<ProcessResult> {
  return await host.run({ file: 'systemctl', args: ['--user', ...args], env: managerEnvironment(host) });
}

/**
 * Runs `systemctl --user` and hands back its output.
 * @throws ROTA_COMMAND_FAILED with what it said.
 */
export async function systemctl(host: Host, args: readonly string[]): Promise<string> {
  const result = await trySystemctl(host, args);
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim() || `it ended with ${result.exitCode ?? result.signal}`;
  throw new RotaError('ROTA_COMMAND_FAILED', `systemctl --user ${args.slice(0, 3).join(' ')} failed: ${said}`, {
    suggestions: /connect to bus|XDG_RUNTIME_DIR|No medium found/.test(said) ? [unreachableRemedy(host)] : [],
  });
}

/** What brings a user's manager up for good. */
export function unreachableRemedy({ user }: Pick<Host, 'user'>): string {
  return `Run: sudo loginctl enable-linger ${user.name}`;
}

/** Splits units into calls that stay far below the kernel's limit for arguments. */
export function* batches(units: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < units.length; at += 5000) yield units.slice(at, at + 5000);
}
