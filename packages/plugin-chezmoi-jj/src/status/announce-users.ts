import type { AlertNews, Host, PluginRota } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { placeOf } from '../sync/session/place.ts';
import { newsOf, type Told } from './news.ts';
import { readJson } from './read-json.ts';
import { tellChannels } from './tell-channels.ts';
import type { UserSync } from './user-sync.ts';

/** Tells the alert channels of root's job once when a user's dotfiles need a person, and once when they are well again. */
export async function announceUsers(
  host: Pick<Host, 'files' | 'stateDir'>,
  options: Pick<DotfileOptions, 'autoCommit'>,
  results: readonly UserSync[],
  rota: Pick<PluginRota, 'tell'>,
): Promise<void> {
  const place = placeOf(host);
  const before = readToldOfUsers(readJson(host.files, place.toldOfUsers));
  const after: Record<string, Told> = {};
  const news: AlertNews[] = [];
  for (const result of results) {
    const told = before[result.user] ?? 'well';
    const found = newsOfUser(result, told, options);
    after[result.user] = found?.told ?? told;
    if (found !== undefined) news.push({ ...found.news, text: `${result.user}: ${found.news.text}` });
  }
  if (news.length === 0) return;
  host.files.write(place.toldOfUsers, `${JSON.stringify({ formatVersion: 1, told: after })}\n`);
  for (const one of news) await tellChannels(rota, one);
}

/** A sync that stopped has no status. */
function newsOfUser(
  { status, output, exitCode }: UserSync,
  told: Told,
  options: Pick<DotfileOptions, 'autoCommit'>,
): ReturnType<typeof newsOf> {
  if (status !== null) return newsOf(status, told, options);
  if (told === 'needs-attention') return undefined;
  const text = `rota chezmoi stopped: ${output === '' ? `exit status ${exitCode}` : output}`;
  return { told: 'needs-attention', news: { event: 'failure', text } };
}

function readToldOfUsers(value: unknown): Readonly<Record<string, Told>> {
  if (typeof value !== 'object' || value === null || !('told' in value)) return {};
  return typeof value.told === 'object' && value.told !== null ? (value.told as Record<string, Told>) : {};
}
