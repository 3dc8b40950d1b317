import type { Files } from '@rota/core';
import { type Command, changes, reads } from './command.ts';
import type { UpdatedSystem } from './updated-system.ts';

type Kind = UpdatedSystem['kind'];

const manager = (kind: Kind): readonly string[] => (kind === 'home-manager' ? ['--user'] : []);

const listUnits = (kind: Kind, state: string): Command =>
  reads('systemctl', ...manager(kind), 'list-units', `--state=${state}`, '--plain', '--no-legend', '--no-pager', '--full');

export const failedUnits = (kind: Kind): Command => listUnits(kind, 'failed');

/** Units that have ended and wait for their next start (`Restart=`). */
export const restartingUnits = (kind: Kind): Command => listUnits(kind, 'auto-restart');

/** How the last end of each of them was. */
export const unitResults = (kind: Kind, units: readonly string[]): Command =>
  reads('systemctl', ...manager(kind), 'show', '--property=Id,Result', '--', ...units);

/** `running`, `degraded`, `starting`, ... on standard output; nothing where systemd is not PID 1. */
export const systemState = (kind: Kind): Command => reads('systemctl', ...manager(kind), 'is-system-running');

export const unitState = (kind: Kind, unit: string): Command =>
  reads('systemctl', ...manager(kind), 'show', '--property=LoadState,ActiveState,SubState,Type,RemainAfterExit', '--', unit);

/** A wall message, a delay in whole minutes, and `shutdown -c` takes it back. */
export const restart = (delayMs: number, message: string): Command => {
  const minutes = Math.ceil(delayMs / 60_000);
  return changes('shutdown', '-r', minutes === 0 ? 'now' : `+${minutes}`, message);
};

export const cancelRestart = (): Command => changes('shutdown', '-c');

/** systemd-logind keeps here what is announced: a shutdown or a reboot. */
const announcement = '/run/systemd/shutdown/scheduled';

export const isRestartAnnounced = (files: Pick<Files, 'facts'>): boolean => files.facts(announcement) !== undefined;

/** What is announced: the instant on the clock, in milliseconds, and whether that is a reboot; `null` where that is not told. */
export function announcedShutdown(files: Pick<Files, 'readText'>): { readonly at: number; readonly mode: string } | null {
  const properties = parseProperties(files.readText(announcement) ?? '');
  const at = Number(properties.USEC) / 1000;
  return at > 0 ? { at, mode: properties.MODE ?? '' } : null;
}

/** The names in the first column. */
export function parseUnitNames(stdout: string): readonly string[] {
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((name) => name !== '');
}

/** A paragraph for each unit. */
export function parseUnitResults(stdout: string): readonly { readonly unit: string; readonly well: boolean }[] {
  return stdout
    .split('\n\n')
    .map(parseProperties)
    .flatMap(({ Id, Result }) => (Id === undefined ? [] : [{ unit: Id, well: Result === 'success' }]));
}

/** `KEY=value` lines. */
export function parseProperties(stdout: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    stdout.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}
