import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Host } from '@rota/core';
import type { StatusLine } from '../chezmoi/status-line.ts';
import { readJson } from '../status/read-json.ts';
import type { Session } from './session.ts';

/** What one apply was about to change, beside the copies in `files/`. */
export interface BackupRecord {
  readonly formatVersion: 1;
  readonly madeAt: string;
  /** The revision that was applied. */
  readonly revision: string;
  /** Below the home folder. Copies are in `files/`, with their permissions here. */
  readonly changed: readonly { readonly path: string; readonly mode: number }[];
  /** Files that did not exist. */
  readonly created: readonly string[];
}

/** BACKUP: copies every file that the apply will replace or remove. Answers the folder, or `undefined` when there is nothing to copy. */
export async function backUp(
  session: Pick<Session, 'host' | 'home' | 'place' | 'options'>,
  lines: readonly StatusLine[],
  revision: string,
): Promise<string | undefined> {
  const { host, home, place, options } = session;
  const touched = lines.filter(({ apply }) => apply === 'M' || apply === 'D' || apply === 'A');
  if (touched.length === 0) return undefined;
  const folder = join(place.backups, nextName(host.files.list(place.backups).at(-1), host.now()));
  const existing = touched.flatMap(({ target }) => {
    const facts = host.files.readLink(target) === undefined ? host.files.facts(target) : undefined;
    return facts?.kind === 'file' ? [{ target, path: relative(home, target), mode: facts.mode }] : [];
  });
  for (const { target, path } of existing) host.files.write(join(folder, 'files', path), host.files.readBytes(target) ?? '');
  const record: BackupRecord = {
    formatVersion: 1,
    madeAt: new Date(host.now()).toISOString(),
    revision,
    changed: existing.map(({ path, mode }) => ({ path, mode })),
    created: touched.filter(({ apply }) => apply === 'A').map(({ target }) => relative(home, target)),
  };
  // Last: a backup without it is not complete, and is not offered.
  host.files.write(join(folder, 'backup.json'), `${JSON.stringify(record)}\n`);
  await prune(host, place.backups, options.keepBackups);
  return folder;
}

/** The time, in an order that no clock turns around: what is latest by name is kept longest, and undone first. */
function nextName(last: string | undefined, now: number): string {
  const nameOf = (ms: number): string => new Date(ms).toISOString().replaceAll(':', '-');
  if (last === undefined || nameOf(now) > last) return nameOf(now);
  const lastMs = Date.parse(last.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'));
  return nameOf(Number.isNaN(lastMs) ? now : lastMs + 1);
}

/** Complete backups, the latest first. */
export function listBackups(
  host: Pick<Host, 'files'>,
  backups: string,
): readonly { readonly folder: string; readonly record: BackupRecord }[] {
  return host.files
    .list(backups)
    .toReversed()
    .flatMap((name) => {
      const folder = join(backups, name);
      const record = readJson(host.files, join(folder, 'backup.json'));
      return isRecord(record) ? [{ folder, record }] : [];
    });
}

async function prune(host: Pick<Host, 'files'>, backups: string, keep: number): Promise<void> {
  for (const name of host.files.list(backups).toReversed().slice(keep))
    await rm(join(backups, name), { recursive: true, force: true });
}

function isRecord(value: unknown): value is BackupRecord {
  return (
    typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === 1 && 'changed' in value
  );
}
