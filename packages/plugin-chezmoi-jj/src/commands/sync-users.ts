import { type CommandAnswer, type Host, type PluginRota, RotaError, stateLayout } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { announceUsers } from '../status/announce-users.ts';
import type { UserSync } from '../status/user-sync.ts';
import { statusText } from './status-text.ts';

/** Whether this is root, asked to look after other people's homes. */
export function isForUsers(host: Pick<Host, 'user'>, { users }: Pick<DotfileOptions, 'users'>): boolean {
  return users !== undefined && users.length > 0 && host.user.uid === 0;
}

/** What root was asked for, which goes for each user's sync too. */
export interface UsersFlags {
  readonly dryRun: boolean;
  readonly noPush: boolean;
  readonly noApply: boolean;
  readonly strict: boolean;
}

interface Around {
  readonly config: string | undefined;
  readonly namespace: string;
  readonly rota: PluginRota;
  readonly flags: UsersFlags;
}

/**
 * Runs the sync of each user as that user, one after the other, with that user's own home, state and lock: root never writes into another home. One that
 * fails does not keep the next from its turn. `notify` is called by the user's sync; the alert channels are those of root's job, and told by root.
 */
export async function syncUsers(
  host: Host,
  options: DotfileOptions,
  { config, namespace, rota, flags }: Around,
): Promise<CommandAnswer> {
  const { command } = stateLayout(host.stateDir);
  const script = process.argv[1];
  if (script === undefined) throw new RotaError('ROTA_INTERNAL', `Neither ${command} nor a script says how this was started.`);
  const file = config === undefined ? [] : ['--config', config];
  const words = ['chezmoi', 'sync', '--json', '--namespace', namespace, ...file, ...flagWords(flags)];
  const results: UserSync[] = [];
  for (const user of options.users ?? []) {
    const result = await host.run({
      file: 'runuser',
      args: ['--login', user, '--command', ['exec', process.execPath, script, ...words].map(quoted).join(' ')],
      timeoutMs: options.timeout * 30_000,
    });
    results.push({ user, exitCode: result.exitCode, ...readAnswer(result) });
  }
  if (options.alerts !== undefined && !flags.dryRun) {
    await announceUsers(host, options, results, rota);
    await rota.told();
  }
  return {
    data: { users: results },
    text: results.flatMap(({ user, output }) => [`${user}:`, output]),
    exitCode: exitCodeOf(results, flags),
  };
}

function flagWords({ dryRun, noPush, noApply, strict }: UsersFlags): readonly string[] {
  return [
    ...(dryRun ? ['--dry-run'] : []),
    ...(noPush ? ['--no-push'] : []),
    ...(noApply ? ['--no-apply'] : []),
    ...(strict ? ['--strict'] : []),
  ];
}

/** A failure says more than a conflict, and that more than another sync that runs. */
function exitCodeOf(results: readonly UserSync[], { strict }: UsersFlags): number {
  const codes = results.map(({ exitCode }) => exitCode).filter((code) => code !== 0);
  const [first] = codes;
  if (first === undefined) return 0;
  if (!strict || !codes.every((code) => code === 3 || code === 75)) return 1;
  return codes.includes(3) ? 3 : 75;
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
