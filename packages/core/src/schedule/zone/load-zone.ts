import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../../errors/nearest.ts';
import { RotaError } from '../../errors/rota-error.ts';
import { sha256 } from '../../host/sha256.ts';
import { zoneRoots } from '../../host/zone-roots.ts';
import { intlZone } from './intl-zone.ts';
import { parseTzif, type Tzif } from './tzif.ts';
import type { Zone } from './zone.ts';
import { zoneFromData } from './zone-from-data.ts';

/** Whose zone data to read. */
export interface LoadZoneOptions {
  /**
   * Folders that hold zone files, first come first served; none: the zone comes from Node's own data.
   * @default TZDIR if set, then /etc/zoneinfo (NixOS), then /usr/share/zoneinfo; none on Windows
   */
  readonly roots?: readonly string[];
}

const cache = new Map<string, Zone>();

/**
 * The zone of an IANA name, as the scheduler of this machine knows it: from its zone files, which may be of another year than
 * Node's own data. Only on Windows, which has none, the data comes from `Intl`. Read once per process, name and folders.
 *
 * @throws ROTA_ZONE_UNKNOWN when no folder, or Node's data, has the zone, with the nearest name.
 * @throws ROTA_ZONE_DATA when there are no zone files at all, or the file is damaged.
 */
export function loadZone(name: string, options: LoadZoneOptions = {}): Zone {
  const roots = options.roots ?? zoneRoots();
  const key = `${name}\0${roots.join('\0')}`;
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const zone = isZoneName(name) ? (roots.length === 0 ? intlZone(name) : readZone(name, roots)) : undefined;
  if (zone === undefined) throw unknown(name, roots);
  cache.set(key, zone);
  return zone;
}

/** No dots at the start of a part: a name cannot leave the folder. `Etc/GMT+5` and `America/Port-au-Prince` are names. */
function isZoneName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_+-]*(\/[A-Za-z0-9_][A-Za-z0-9_+-]*)*$/.test(name);
}

function readZone(name: string, roots: readonly string[]): Zone | undefined {
  for (const root of roots) {
    const path = join(root, name);
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      if (isMissing(error)) continue;
      throw new RotaError('ROTA_ZONE_DATA', `The zone file ${path} cannot be read.`, { cause: error });
    }
    return zoneFromData(name, () => sha256(bytes).slice(0, 16), read(bytes, path));
  }
  return undefined;
}

function read(bytes: Uint8Array, path: string): Tzif {
  try {
    return parseTzif(bytes);
  } catch (cause) {
    throw new RotaError(
      'ROTA_ZONE_DATA',
      `The zone file ${path} cannot be used: ${cause instanceof Error ? cause.message : cause}.`,
      {
        cause,
        suggestions: ['Reinstall the zone data of this machine (package tzdata).'],
      },
    );
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

function unknown(name: string, roots: readonly string[]): RotaError {
  const fromNode = roots.length === 0;
  const names = fromNode ? Intl.supportedValuesOf('timeZone') : roots.flatMap((root) => namesIn(root));
  const place = fromNode ? "Node's data" : roots.join(', ');
  if (names.length === 0) {
    return new RotaError('ROTA_ZONE_DATA', `This machine has no zone files; looked in ${place}.`, {
      suggestions: ['Install the package tzdata.', 'Set TZDIR to the folder that holds zone files.'],
    });
  }
  const exact = names.find((known) => known.toLowerCase() === name.toLowerCase());
  const suggestion =
    exact ?? nearest(name, names) ?? names.find((known) => known.toLowerCase().endsWith(`/${name.toLowerCase()}`));
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
  return new RotaError('ROTA_ZONE_UNKNOWN', `There is no time zone "${name}" in ${place}.${hint}`, {
    suggestions: suggestion === undefined ? [] : [suggestion],
  });
}

/** Every name in the folder's own tables; `UTC` and its like are links that the tables leave out. */
function namesIn(root: string): string[] {
  for (const table of ['tzdata.zi', 'zone1970.tab', 'zone.tab']) {
    try {
      const text = readFileSync(join(root, table), 'utf8');
      if (table === 'tzdata.zi')
        return [...text.matchAll(/^(?:Z (\S+)|L \S+ (\S+))/gm)].map((match) => match[1] ?? match[2] ?? '');
      return ['UTC', ...[...text.matchAll(/^[^#\t][^\t]*\t[^\t]+\t([^\t\n]+)/gm)].map((match) => match[1] ?? '')];
    } catch {
      // This table is not there; the next one may be.
    }
  }
  return [];
}
