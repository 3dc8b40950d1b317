import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Host } from '@rota/core';
import { isEditedHere, type StatusLine } from '../../chezmoi/status-line.ts';
import { readJson } from '../../status/read-json.ts';
import type { Session } from '../session/session.ts';

/** What one apply was about to change, beside the copies in `files/`. */
export interface BackupRecord {
  readonly formatVersion: 1;
  readonly madeAt: string;
  /** The revision that was applied. */
  readonly revision: string;
  /** Below the home folder. Copies are in `files/`, with their permissions here. */
  readonly changed: readonly { readonly path: string; readonly mode: number }[];
  /** Symbolic links, with where they led; a backup of an earlier version has none. */
  readonly links?: readonly { readonly path: string; readonly to: string }[];
  /** Files that did not exist. */
  readonly created: readonly string[];
}

/**
 * BACKUP: copies every file that the apply will replace or remove; an edit of this home is neither. Answers the folder, or `undefined` when there is
 * nothing to copy.
 */
export async function backUp(
  session: Pick<Session, 'host' | 'home' | 'place'>,
  lines: readonly StatusLine[],
  revision: string,
): Promise<string | undefined> {
  const { host, home, place } = session;
  const touched = lines.filter((line) => ['M', 'D', 'A'].includes(line.apply) && !isEditedHere(line));
  if (touched.length === 0) return undefined;
  const folder = join(place.backups, nextName(host.files.list(place.backups).at(-1), host.now()));
  const existing = touched.flatMap(({ target }) => {
    const facts = host.files.readLink(target) === undefined ? host.files.facts(target) : undefined;
    return facts?.kind === 'file' ? [{ target, path: relative(home, target), mode: facts.mode }] : [];
  });
  const links = touched.flatMap(({ target }) => {
    const to = host.files.readLink(target);
    return to === undefined ? [] : [{ path: relative(home, target), to }];
  });
  const isLink = (path: string): boolean => links.some((link) => link.path === path);
  for (const { target, path } of existing) host.files.write(join(folder, 'files', path), host.files.readBytes(target) ?? '');
  const record: BackupRecord = {
    formatVersion: 1,
    madeAt: new Date(host.now()).toISOString(),
    revision,
    changed: existing.map(({ path, mode }) => ({ path, mode })),
    links,
    created: touched
      .filter(({ apply }) => apply === 'A')
      .map(({ target }) => relative(home, target))
      .filter((path) => !isLink(path)),
  };
  // Last: a backup without it is not complete, and is not offered.
  host.files.write(join(folder, 'backup.json'), `${JSON.stringify(record)}\n`);
  return folder;
}

/**
 * After the apply: takes out of a backup what was left alone, so that an undo puts nothing back that no sync has replaced; without anything left there is no
 * backup. `left` are files below the home folder.
 */
export async function keepReplaced(host: Pick<Host, 'files'>, folder: string, left: ReadonlySet<string>): Promise<void> {
  const record = readJson(host.files, join(folder, 'backup.json'));
  if (!isRecord(record)) return;
  const changed = record.changed.filter(({ path }) => !left.has(path));
  const links = (record.links ?? []).filter(({ path }) => !left.has(path));
  const created = record.created.filter((path) => !left.has(path));
  const count = changed.length + links.length + created.length;
  if (count === 0) {
    await rm(folder, { recursive: true, force: true });
    return;
  }
  if (count === record.changed.length + (record.links ?? []).length + record.created.length) return;
  host.files.write(
    join(folder, 'backup.json'),
    `${JSON.stringify({ ...record, changed, links, created } satisfies BackupRecord)}\n`,
  );
  for (const { path } of record.changed) if (left.has(path)) host.files.remove(join(folder, 'files', path));
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

/** Drops all but the latest backups. */
export async function pruneBackups({ host, place, options }: Pick<Session, 'host' | 'place' | 'options'>): Promise<void> {
  for (const name of host.files.list(place.backups).toReversed().slice(options.keepBackups))
    await rm(join(place.backups, name), { recursive: true, force: true });
}

function isRecord(value: unknown): value is BackupRecord {
  return (
    typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === 1 && 'changed' in value
  );
}
