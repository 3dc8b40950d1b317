import { RotaError } from '../errors/rota-error.ts';
import type { Files } from './files.ts';

/**
 * The IANA name of the zone that this machine's schedulers live in: what `/etc/localtime` links to, else what `/etc/timezone` says, else UTC, as
 * tzset(3) does when there is no `/etc/localtime`. `TZ` counts only where no systemd runs, as in a container: there it is how a zone is set for
 * all; elsewhere it is a login's own matter, which no scheduler sees.
 *
 * @throws ROTA_ZONE_DATA when `/etc/localtime` is a copy of a zone file that nothing names.
 */
export function systemTimezone(
  files: Pick<Files, 'readLink' | 'readText' | 'readBytes' | 'facts'>,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const fromEnv =
    env.TZ === undefined || files.facts('/run/systemd/system') !== undefined ? undefined : zoneNameIn(env.TZ.replace(/^:/, ''));
  if (fromEnv !== undefined) return fromEnv;
  const linked = zoneNameIn(files.readLink('/etc/localtime') ?? '');
  if (linked !== undefined) return linked;
  const written = files.readText('/etc/timezone')?.split('\n')[0]?.trim();
  if (written) return written;
  if (files.facts('/etc/localtime') === undefined) return 'UTC';
  throw new RotaError('ROTA_ZONE_DATA', '/etc/localtime is a copy of a zone file, so the zone of this machine has no name.', {
    suggestions: ['Make it a link: timedatectl set-timezone ZONE', 'Or write the name of the zone to /etc/timezone.'],
  });
}

/** The name in a TZ value or a link: what follows `zoneinfo/`, or the text itself when it is no path. */
function zoneNameIn(text: string): string | undefined {
  const after = /(?:^|\/)zoneinfo\/(?:(?:posix|right)\/)?(.+)$/.exec(text)?.[1];
  if (after !== undefined) return after;
  return text === '' || text.startsWith('/') || text.startsWith('.') ? undefined : text;
}
