import { spawn } from 'node:child_process';
import type { AlertNews, Host, PluginRota } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { placeOf } from '../sync/session/place.ts';
import { newsOf, type Told } from './news.ts';
import { readJson } from './read-json.ts';
import type { SyncStatus } from './sync-status.ts';
import { tellChannels } from './tell-channels.ts';

const limitMs = 10_000;

/**
 * Tells people once when this host needs them, and once when it is well again: through the channels of the installed job, by `notify`, and in the system's log at
 * warning priority (the prefix of sd-daemon(3), which journald takes off). A notice that fails is no failure of the sync.
 */
export async function announce(
  host: Pick<Host, 'env' | 'files' | 'stateDir'>,
  { notify, autoCommit }: Pick<DotfileOptions, 'notify' | 'autoCommit'>,
  status: SyncStatus,
  rota: Pick<PluginRota, 'tell'>,
): Promise<void> {
  const place = placeOf(host);
  const found = newsOf(status, readTold(readJson(host.files, place.told)), { autoCommit });
  if (found === undefined) return;
  host.files.write(place.told, `${JSON.stringify({ formatVersion: 1, told: found.told })}\n`);
  const { news } = found;
  if (host.env.JOURNAL_STREAM) process.stderr.write(`${news.event === 'failure' ? '<4>' : '<6>'}${news.text}\n`);
  await tellChannels(rota, news);
  if (notify !== undefined) await tellCommand(notify, host.env, status, news);
}

function readTold(value: unknown): Told {
  return typeof value === 'object' && value !== null && 'told' in value ? (value.told as Told) : 'well';
}

async function tellCommand(
  [file = '', ...args]: readonly string[],
  env: Host['env'],
  status: SyncStatus,
  { event, text }: AlertNews,
): Promise<void> {
  await new Promise<void>((resolve) => {
    const child = spawn(file, args, {
      // The last two also when it is the runner that tells, because the sync could not.
      env: { ...env, ROTA_DOTFILES_STATE: status.state, ROTA_DOTFILES_TEXT: text, ROTA_ALERT: event, ROTA_ALERT_TEXT: text },
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
