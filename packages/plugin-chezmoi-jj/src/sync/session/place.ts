import { isAbsolute, join } from 'node:path';
import type { Host } from '@rota/core';
import { readJson } from '../../status/read-json.ts';

/** Where the sync keeps what is its own. */
export interface Place {
  readonly folder: string;
  readonly lock: string;
  readonly journal: string;
  readonly status: string;
  /** What people were told last. */
  readonly told: string;
  /** Root's: what people were told last about each of the users. */
  readonly toldOfUsers: string;
  readonly identity: string;
  readonly preflight: string;
  /** The revision of which this home may hold some files beside those of its own. */
  readonly mixed: string;
  /** Dotfiles whose source another host has deleted, and that stayed. */
  readonly leftBehind: string;
  /** One folder for each apply that changed files. */
  readonly backups: string;
  /** What an undo has replaced or removed: it may hold edits that no sync has seen. */
  readonly undone: string;
  /** Files that a person is editing to resolve a conflict. */
  readonly resolve: string;
}

/** Below Rota's state, which is the user's own. */
export function placeOf(host: Pick<Host, 'stateDir'>): Place {
  return placeIn(join(host.stateDir, 'plugins', 'chezmoi-jj'));
}

/**
 * Where the syncs of a home keep what they know of it and of its repository, whoever starts them: a shell and a job of one user may differ in XDG_STATE_HOME, and would take each other for
 * another machine. It is the place of the one that synchronised first, as the repository remembers, for as long as it is there. That of a copied home is its own.
 */
export function placeFor(host: Pick<Host, 'files' | 'stateDir' | 'user'>, tree: string): Place {
  const first = keptPlace(host, tree);
  return first === undefined || host.files.facts(first.identity) === undefined ? placeOf(host) : first;
}

/** The place that the repository remembers, whether it is still there or not; `undefined` before the first sync, and in a copied home. */
export function keptPlace({ files, user }: Pick<Host, 'files' | 'user'>, tree: string): Place | undefined {
  const value = readJson(files, pointerOf(tree));
  const { folder, home }: Partial<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {};
  return typeof folder === 'string' && isAbsolute(folder) && home === user.home ? placeIn(folder) : undefined;
}

/** Lets the repository remember it. */
export function keepPlace({ files, user: { home } }: Pick<Host, 'files' | 'user'>, tree: string, { folder }: Place): void {
  const text = `${JSON.stringify({ formatVersion: 1, folder, home })}\n`;
  if (files.readText(pointerOf(tree)) !== text) files.write(pointerOf(tree), text);
}

function pointerOf(tree: string): string {
  return join(tree, '.git', 'rota-sync.json');
}

function placeIn(folder: string): Place {
  return {
    folder,
    lock: join(folder, 'lock'),
    journal: join(folder, 'journal.json'),
    status: join(folder, 'status.json'),
    told: join(folder, 'told.json'),
    toldOfUsers: join(folder, 'told-of-users.json'),
    identity: join(folder, 'identity.json'),
    preflight: join(folder, 'preflight.json'),
    mixed: join(folder, 'mixed.json'),
    leftBehind: join(folder, 'left-behind.json'),
    backups: join(folder, 'backups'),
    undone: join(folder, 'undone'),
    resolve: join(folder, 'resolve'),
  };
}
