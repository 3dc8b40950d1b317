import { type CommandAnswer, type Host, type PluginRota, RotaError, stateLayout } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { announceUsers } from '../status/announce-users.ts';
import type { UserSync } from '../status/user-sync.ts';
import { statusText } from './status-text.ts';

/** Whether this is root, asked to look after other people's homes. */
export function isForUsers(host: Pick<Host, 'user'>, { users }: Pick<DotfileOptions, 'users'>): boolean {
  return users !== undefined && users.length > 0 && host.user.uid === 0;
}

/**
 * Runs the sync of each user as that user, one after the other, with that user's own home, state and lock: root never writes into another home. One that
 * fails does not keep the next from its turn. `notify` is called by the user's sync; the alert channels are those of root's job, and told by root.
 */
export async function syncUsers(
  host: Host,
  options: DotfileOptions,
  { config, namespace, rota }: { readonly config: string | undefined; readonly namespace: string; readonly rota: PluginRota },
): Promise<CommandAnswer> {
  const { command } = stateLayout(host.stateDir);
  const script = process.argv[1];
  if (script === undefined) throw new RotaError('ROTA_INTERNAL', `Neither ${command} nor a script says how this was started.`);
  const results: UserSync[] = [];
  for (const user of options.users ?? []) {
    const words = ['chezmoi', 'sync', '--json', '--namespace', namespace, ...(config === undefined ? [] : ['--config', config])];
    const result = await host.run({
      file: 'runuser',
      args: ['--login', user, '--command', ['exec', process.execPath, script, ...words].map(quoted).join(' ')],
      timeoutMs: options.timeout * 30_000,
    });
    results.push({ user, exitCode: result.exitCode, ...readAnswer(result) });
  }
  if (options.alerts !== undefined) {
    await announceUsers(host, options, results, rota);
    await rota.told();
  }
  return {
    data: { users: results },
    text: results.flatMap(({ user, output }) => [`${user}:`, output]),
    exitCode: results.every(({ exitCode }) => exitCode === 0) ? 0 : 1,
  };
}

/** What the sync printed: its status, an error of Rota, or whatever kept it from beginning. */
function readAnswer({
  stdout,
  stderr,
}: {
  readonly stdout: string;
  readonly stderr: string;
}): Pick<UserSync, 'output' | 'status'> {
  const said = stderr.trim();
  try {
    const answer = JSON.parse(stdout);
    if (answer.error === undefined) return { status: answer, output: [...[statusText(answer)].flat(), said].join('\n').trim() };
    return { status: null, output: [answer.error.message, ...answer.error.suggestions].join(' ') };
  } catch {
    return { status: null, output: [stdout.trim(), said].join('\n').trim() };
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
