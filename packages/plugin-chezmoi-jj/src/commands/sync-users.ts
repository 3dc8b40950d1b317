import { type CommandAnswer, type Host, RotaError, stateLayout } from '@rota/core';
import type { DotfileOptions } from '../options.ts';

/** Whether this is root, asked to look after other people's homes. */
export function isForUsers(host: Pick<Host, 'user'>, { users }: Pick<DotfileOptions, 'users'>): boolean {
  return users !== undefined && users.length > 0 && host.user.uid === 0;
}

/**
 * Runs the sync of each user as that user, one after the other, with that user's own home, state and lock: root never writes into another home. One that
 * fails does not keep the next from its turn.
 */
export async function syncUsers(
  host: Host,
  { users = [], timeout }: DotfileOptions,
  { config, namespace }: { readonly config: string | undefined; readonly namespace: string },
): Promise<CommandAnswer> {
  const { command } = stateLayout(host.stateDir);
  const script = process.argv[1];
  if (script === undefined) throw new RotaError('ROTA_INTERNAL', `Neither ${command} nor a script says how this was started.`);
  const results = [];
  for (const user of users) {
    const words = ['chezmoi', 'sync', '--namespace', namespace, ...(config === undefined ? [] : ['--config', config])];
    const result = await host.run({
      file: 'runuser',
      args: ['--login', user, '--command', ['exec', process.execPath, script, ...words].map(quoted).join(' ')],
      timeoutMs: timeout * 30_000,
    });
    results.push({ user, exitCode: result.exitCode, output: (result.stdout + result.stderr).trim() });
  }
  return {
    data: { users: results },
    text: results.flatMap(({ user, output }) => [`${user}:`, output]),
    exitCode: results.every(({ exitCode }) => exitCode === 0) ? 0 : 1,
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
