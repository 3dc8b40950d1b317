import { join } from 'node:path';
import type { Host } from '@rota/core';
import { systemctl } from './systemctl.ts';

/** Where the user's manager looks. Its own environment decides, not ours: a cron job or another shell may have other XDG folders. */
export interface Folders {
  /** `~/.config/systemd/user` */
  readonly units: string;
  /** Drop-ins that `systemctl --user set-property` wrote. */
  readonly control: string;
  /** `~/.config/systemd/user/timers.target.wants` */
  readonly wants: string;
  /** `~/.local/share/systemd/timers` */
  readonly stamps: string;
}

/** Asks the manager for its unit path; one call. */
export async function readFolders(host: Host): Promise<Folders> {
  return foldersFrom((await systemctl(host, ['show', '-p', 'UnitPath', '--value'])).trim().split(' '), host);
}

/** The two folders that come first and the one after the generators are the user's own (systemd.unit(5), "Unit File Load Path"). */
export function foldersFrom(unitPath: readonly string[], { user }: Pick<Host, 'user'>): Folders {
  const control = unitPath[0]?.endsWith('.control') ? unitPath[0] : join(user.home, '.config/systemd/user.control');
  const units = control.slice(0, -'.control'.length);
  const afterGenerator = unitPath[unitPath.findIndex((folder) => folder.endsWith('/systemd/generator')) + 1];
  const data = afterGenerator?.endsWith('/systemd/user')
    ? afterGenerator.slice(0, -'/user'.length)
    : join(user.home, '.local/share/systemd');
  return { units, control, wants: join(units, 'timers.target.wants'), stamps: join(data, 'timers') };
}
