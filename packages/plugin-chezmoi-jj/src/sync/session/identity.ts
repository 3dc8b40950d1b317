import { digestOf, type Host } from '@rota/core';
import type { Jj } from '../../jj/jj.ts';
import type { DotfileOptions } from '../../options.ts';
import { readJson } from '../../status/read-json.ts';
import type { Names } from './names.ts';
import type { Place } from './place.ts';

interface Identity {
  readonly formatVersion: 1;
  /** `host/<slug>-<8 hex>` */
  readonly tip: string;
  readonly main: string;
  /** What `tip` was when this host last moved or published it. */
  readonly commit?: string | undefined;
  /** The newest revision of the shared branch that was part of this home. */
  readonly base?: string | undefined;
}

/** The bookmarks of this host, chosen once and kept. */
export async function identityOf(host: Host, place: Place, options: DotfileOptions, jj: Jj): Promise<Names> {
  const kept = readIdentity(host, place);
  const tip = kept?.tip ?? tipName(host, options, machineKey(host));
  const main = options.branch ?? kept?.main ?? (await defaultBranch(jj));
  if (kept?.tip !== tip || kept.main !== main)
    keep(
      host,
      place,
      { tip, main },
      kept?.tip === tip ? { commit: readKnownTip(host, place), base: readKnownBase(host, place) } : {},
    );
  return { tip, main };
}

/** Another name, for a machine that turned out to be a copy of another one. */
export function renewIdentity(host: Host, place: Place, options: DotfileOptions, names: Names): Names {
  const tip = tipName(host, options, `${machineKey(host)} ${host.now()} ${process.pid}`);
  keep(host, place, { ...names, tip }, {});
  return { ...names, tip };
}

/** The bookmarks as they were chosen; `undefined` before the first sync. */
export function readIdentity(host: Pick<Host, 'files'>, place: Place): Names | undefined {
  const value = readJson(host.files, place.identity);
  if (typeof value !== 'object' || value === null || !('tip' in value) || !('main' in value)) return undefined;
  return typeof value.tip === 'string' && typeof value.main === 'string' ? { tip: value.tip, main: value.main } : undefined;
}

/** The commit that this host gave to its bookmark last; `undefined` before the first. */
export function readKnownTip(host: Pick<Host, 'files'>, place: Place): string | undefined {
  return readCommit(host, place, 'commit');
}

/** The newest revision of the shared branch that this home was known to have; `undefined` before the first. */
export function readKnownBase(host: Pick<Host, 'files'>, place: Place): string | undefined {
  return readCommit(host, place, 'base');
}

/**
 * Remembers where this host has put its bookmark: a move that is not its own is another machine's. `base` is the shared branch where this home has all of it, and is what is left to
 * begin from when the repository is made anew and nothing of this host was published.
 */
export function keepKnownTip(host: Pick<Host, 'files'>, place: Place, names: Names, commit: string, base?: string): void {
  const known = readKnownBase(host, place);
  if (readKnownTip(host, place) !== commit || (base ?? known) !== known)
    keep(host, place, names, { commit, base: base ?? known });
}

/** Keeps the names alone. */
export function forgetKnown(host: Pick<Host, 'files'>, place: Place): void {
  const names = readIdentity(host, place);
  const isKnown = readKnownTip(host, place) !== undefined || readKnownBase(host, place) !== undefined;
  if (names !== undefined && isKnown) keep(host, place, names, {});
}

/** The part of a host bookmark that is for people. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  return slug === '' ? 'host' : slug;
}

/** Whether a bookmark is one of this host, whichever of its users it belongs to. */
export function isTipOf(bookmark: string, hostname: string): boolean {
  return bookmark.replace(/-[0-9a-f]{8}$/, '') === `host/${slugOf(hostname)}`;
}

function tipName(host: Host, options: DotfileOptions, key: string): string {
  return `host/${slugOf(options.hostId ?? host.hostname)}-${digestOf(key)
    .replace(/^[^:]*:/, '')
    .slice(0, 8)}`;
}

/** A machine, and the home on it: users of one machine have a bookmark each. */
function machineKey(host: Pick<Host, 'files' | 'hostname' | 'user'>): string {
  const machine = host.files.readText('/etc/machine-id')?.trim() || host.hostname;
  return `${machine} ${host.user.name} ${host.user.home}`;
}

function readCommit(host: Pick<Host, 'files'>, place: Place, member: 'commit' | 'base'): string | undefined {
  const value = readJson(host.files, place.identity);
  const commit: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined;
  return typeof commit === 'string' ? commit : undefined;
}

function keep(host: Pick<Host, 'files'>, place: Place, { tip, main }: Names, known: Pick<Identity, 'commit' | 'base'>): void {
  // JSON leaves out what is `undefined`.
  const identity = { formatVersion: 1, tip, main, ...known } satisfies Identity;
  host.files.write(place.identity, `${JSON.stringify(identity)}\n`);
}

/** The branch that the remote calls its own, as far as the clone knows; else one that exists. */
async function defaultBranch(jj: Jj): Promise<string> {
  const template = 'remote_bookmarks.map(|b| json(b.name())).join("\\n") ++ "\\n"';
  const revset = 'trunk() | remote_bookmarks(exact:"main", exact:"origin") | remote_bookmarks(exact:"master", exact:"origin")';
  const names = (await jj.lines(['log', '--no-graph', '-r', revset, '-T', template], 'find the shared branch')).filter(
    (name) => typeof name === 'string',
  );
  return (
    ['main', 'master', 'trunk'].find((name) => names.includes(name)) ?? names.find((name) => !name.startsWith('host/')) ?? 'main'
  );
}
