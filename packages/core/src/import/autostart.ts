import { join } from 'node:path';
import type { ForeignEntry } from '../backend/foreign-entry.ts';
import type { Host } from '../host/host.ts';

/** What the desktop starts when this user logs in: `~/.config/autostart/*.desktop` (Desktop Application Autostart Specification). */
export function autostart(host: Host): readonly ForeignEntry[] {
  if (host.platform !== 'linux') return [];
  const folder = join(host.env.XDG_CONFIG_HOME || join(host.user.home, '.config'), 'autostart');
  return host.files
    .list(folder)
    .filter((file) => file.endsWith('.desktop'))
    .flatMap((file): readonly ForeignEntry[] => {
      const text = host.files.readText(join(folder, file)) ?? '';
      const value = (key: string): string | undefined => new RegExp(`^${key}[ \\t]*=[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim();
      const program = value('Exec');
      if (program === undefined || value('Hidden') === 'true') return [];
      const store = host.files.readLink(join(folder, file))?.startsWith('/nix/store/') ?? false;
      const description = value('Name');
      return [
        {
          backend: 'autostart',
          id: join(folder, file),
          owner: host.user.name,
          text: program,
          name: file,
          ...(description === undefined ? {} : { description }),
          notAdoptable: store
            ? 'home-manager or NixOS owns it: it is a link into a Nix store.'
            : 'It belongs to the desktop, which starts it inside the graphical session; a job has none.',
        },
      ];
    });
}
