import { dirname, join } from 'node:path';
import type { ForeignEntry, Host } from '@rota/core';
import { type Folders, readFolders } from '../folders.ts';
import { trySystemctl } from '../systemctl.ts';
import { type ForeignTimer, foreignTimers, timerEntry } from './foreign-timers.ts';
import { shown } from './show-units.ts';

/** The timers that run for this user and are not Rota's: those of the user's manager, and of the system those whose service runs as the user. */
export async function inventory(host: Host): Promise<readonly ForeignEntry[]> {
  const folders = await readFolders(host);
  const path = await managerPath(host);
  const own = (await foreignTimers(host, 'user')).map((timer) => ownEntry(host, folders, timer, path));
  const system = (await foreignTimers(host, 'system')).filter(({ serviceUnit }) => {
    const user = shown(serviceUnit, 'User') || 'root';
    return user === host.user.name || user === String(host.user.uid);
  });
  return [
    ...own,
    ...system.map((timer) => ({
      ...timerEntry(host, timer, undefined),
      owner: host.user.name,
      notAdoptable: nixReason(host, timer) ?? systemReason(host, timer),
    })),
  ];
}

function ownEntry(host: Host, folders: Folders, timer: ForeignTimer, path: string | undefined): ForeignEntry {
  const entry = timerEntry(host, timer, path);
  const reason = notAdoptable(host, folders, timer);
  if (reason !== undefined) return { ...entry, notAdoptable: reason };
  if (entry.reading?.trigger == null) return entry;
  const restore = JSON.stringify({
    links: linksOf(host, folders, timer.timer),
    active: shown(timer.timerUnit, 'ActiveState') === 'active',
  });
  return { ...entry, identity: { key: timer.timer, digest: timer.digest, restore } };
}

/** Only what stands in a folder of the user's own, under the user's own hand. */
function notAdoptable(host: Host, folders: Folders, timer: ForeignTimer): string | undefined {
  const nix = nixReason(host, timer);
  if (nix !== undefined) return nix;
  const fragment = shown(timer.timerUnit, 'FragmentPath');
  if (shown(timer.timerUnit, 'Transient') === 'yes')
    return 'systemd-run made it; it is gone when it is stopped or at the next boot.';
  const data = join(dirname(folders.stamps), 'user');
  if (dirname(fragment) === folders.units || dirname(fragment) === data) return undefined;
  if (host.files.facts(join(folders.units, timer.timer)) !== undefined) return undefined;
  return `It comes from ${dirname(fragment)}, which is not this user's: leave it to the package or administrator that put it there.`;
}

/** Whoever takes it out of the system decides for more than this user. */
function systemReason({ user }: Host, { timer }: ForeignTimer): string {
  const whose = user.uid === 0 ? 'and Rota keeps to the timers of users, also for root' : 'which only root can take out';
  return `It is a timer of the system, ${whose}. Import it with --all, then, as root: systemctl disable --now ${timer} and then enable the job.`;
}

function nixReason(host: Host, { timer, timerUnit }: ForeignTimer): string | undefined {
  const fragment = shown(timerUnit, 'FragmentPath');
  const target = host.files.readLink(fragment) ?? '';
  if (![fragment, target].some((path) => path.startsWith('/nix/store/') || path.startsWith('/etc/static/'))) return undefined;
  return `home-manager or NixOS owns ${timer}: it is a link into a Nix store. Change it in that configuration.`;
}

/** The links that enable a timer, with what they point to. */
function linksOf(host: Host, folders: Folders, timer: string): readonly (readonly [path: string, target: string])[] {
  return host.files
    .list(folders.units)
    .filter((name) => /\.(wants|requires|upholds)$/.test(name))
    .flatMap((folder) => {
      const path = join(folders.units, folder, timer);
      const target = host.files.readLink(path);
      return target === undefined ? [] : [[path, target] as const];
    });
}

/** A job would get Rota's own search path; what was imported keeps the one of the manager. */
async function managerPath(host: Host): Promise<string | undefined> {
  const result = await trySystemctl(host, ['show-environment']);
  return /^PATH=(.*)$/m.exec(result.stdout)?.[1];
}
