import { spawn } from 'node:child_process';
import type { Host } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import type { SyncStatus } from './sync-status.ts';

/** States that a person should hear of once. */
const worthTelling: readonly SyncStatus['state'][] = ['conflicted', 'secret-blocked', 'remote-broken', 'needs-attention'];

const limitMs = 10_000;

/**
 * Tells people when the state has changed to one that needs them, and when it is well again; never twice for the same. Conflicts also go to the system's
 * log at warning priority (the prefix of sd-daemon(3), which journald takes off).
 */
export async function announce(
  host: Pick<Host, 'env'>,
  { notify }: Pick<DotfileOptions, 'notify'>,
  status: SyncStatus,
  before: Pick<SyncStatus, 'state'> | undefined,
): Promise<void> {
  if (status.state === before?.state) return;
  const isNews = worthTelling.includes(status.state) || (before !== undefined && worthTelling.includes(before.state));
  if (!isNews) return;
  const text = sentence(status);
  if (host.env.JOURNAL_STREAM) process.stderr.write(`${worthTelling.includes(status.state) ? '<4>' : '<6>'}${text}\n`);
  if (notify !== undefined) await tell(notify, host.env, status, text);
}

function sentence({ host, state, conflicts, blockedSecrets, lastError }: SyncStatus): string {
  const what = [...conflicts, ...blockedSecrets].map(({ path }) => path).join(', ');
  return `rota chezmoi: ${host} is ${state}${what === '' ? '' : `: ${what}`}${lastError === null ? '' : ` (${lastError.message})`}`;
}

/** A notice that fails is no failure of the sync. */
async function tell([file = '', ...args]: readonly string[], env: Host['env'], status: SyncStatus, text: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const child = spawn(file, args, {
      env: { ...env, ROTA_DOTFILES_STATE: status.state, ROTA_DOTFILES_TEXT: text },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    child.on('error', end);
    child.on('exit', end);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${JSON.stringify(status)}\n`);
  });
}
