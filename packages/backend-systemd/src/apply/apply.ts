import { join } from 'node:path';
import type { ApplyInput, Host } from '@rota/core';
import { type Folders, readFolders } from '../folders.ts';
import { batches, trySystemctl } from '../systemctl.ts';
import { readMark } from '../unit/mark.ts';
import { unitName, unitPrefix } from '../unit-name.ts';
import { keepRunning } from './keep-running.ts';
import { parkTimers } from './park-timers.ts';
import { reloadManager } from './reload-manager.ts';
import { readStamp, removeStamp, setStamp } from './stamp.ts';
import { startTimers } from './start-timers.ts';
import { stopTimers } from './stop-timers.ts';
import { surprisedTimers } from './surprised-timers.ts';
import type { UnitChange } from './unit-change.ts';

/**
 * Makes a batch of changes: files, links and stamps first, one `daemon-reload`, then one call that starts what is to run. A running service is
 * never touched. A timer that goes on is not restarted, unless its new schedule would make it elapse for an instant that has passed; then there is a
 * second reload.
 */
export async function apply(host: Host, { namespace, changes, onProgress }: ApplyInput): Promise<void> {
  if (changes.length === 0) return;
  const folders = await readFolders(host);
  const units = changes.map((change): UnitChange => ({ name: unitName(namespace, change), change }));
  const surprised = await surprisedTimers(host, units);
  await parkTimers(host, folders, units.filter(({ name }) => surprised.has(name)).map(timerOf));
  const stopped = units.filter((unit) => hadTimer(unit) && !isArmed(unit));
  // Stopped while their units are still known, and before a reload could let them elapse.
  await stopTimers(host, stopped.map(timerOf));
  await keepRunning(
    host,
    folders.units,
    units.filter(({ change }) => change.after === null),
    unitPrefix(namespace),
  );
  for (const [index, unit] of units.entries()) {
    writeFiles(host, folders, unit);
    onProgress?.(index + 1, units.length);
  }
  // As `systemctl disable` does.
  if (stopped.length > 0) host.files.removeFolder(folders.wants);
  await reloadManager(host);
  await startTimers(host, units.filter((unit) => isArmed(unit) && !waitsForManager(unit)).map(timerOf));
  await forgetFailures(host, units);
}

/** Writes, links, stamps; or removes all three. Nothing is touched that already is as it shall be. */
function writeFiles(host: Host, folders: Folders, unit: UnitChange): void {
  const { name, change } = unit;
  const wanted = new Map((change.after?.files ?? []).map((file) => [file.name, file.content]));
  for (const file of [`${name}.service`, `${name}.timer`]) {
    const path = join(folders.units, file);
    const content = wanted.get(file);
    if (content === undefined) removeOwn(host, path);
    else if (host.files.readLink(path) !== undefined || host.files.readText(path) !== content) {
      // Through a link (a mask, or another tool's) the write would land elsewhere.
      if (host.files.readLink(path) !== undefined) host.files.remove(path);
      host.files.write(path, content);
    }
  }
  const timer = `${name}.timer`;
  const link = join(folders.wants, timer);
  if (!isArmed(unit)) {
    if (host.files.facts(join(folders.units, timer)) === undefined || wanted.has(timer)) host.files.remove(link);
  } else if (host.files.readLink(link) !== join(folders.units, timer)) host.files.link(join(folders.units, timer), link);
  writeStamp(host, folders, unit, wanted.get(timer));
}

/** What somebody else put under our name is theirs, and stays. */
function removeOwn(host: Host, path: string): void {
  const content = host.files.readLink(path) === '/dev/null' ? undefined : host.files.readText(path);
  if (content === undefined || content.includes('[X-Rota]')) host.files.remove(path);
}

/**
 * A `Persistent=` timer starts its service for what it missed since its stamp (systemd.timer(5)): from now on that is nothing. A timer that triggered
 * since the apply began has its stamp from then, which stays.
 */
function writeStamp(host: Host, folders: Folders, { name, change }: UnitChange, timer: string | undefined): void {
  if (timer === undefined || !/^Persistent=yes$/m.test(timer)) {
    removeStamp(host, folders, `${name}.timer`);
    return;
  }
  const handled = change.handledUntil * 1000;
  const triggered = readStamp(host, folders, `${name}.timer`);
  if (triggered === undefined || triggered < handled || triggered > host.now()) setStamp(host, folders, `${name}.timer`, handled);
}

/** A failed service is kept in memory by name; one that is gone or new starts with a clean slate. */
async function forgetFailures(host: Host, units: readonly UnitChange[]): Promise<void> {
  const gone = units.filter(({ change }) => change.after === null).map(({ name }) => `${name}.service`);
  // It fails for units that are not loaded, which is what is wanted.
  for (const batch of batches(gone)) await trySystemctl(host, ['reset-failed', ...batch]);
}

function hadTimer(unit: UnitChange): boolean {
  return [unit.change.before, unit.change.after].some((artifact) => artifact?.files.some((file) => file.name === timerOf(unit)));
}

function isArmed({ name, change }: UnitChange): boolean {
  return change.after?.active === true && change.after.files.some((file) => file.name === `${name}.timer`);
}

function timerOf({ name }: UnitChange): string {
  return `${name}.timer`;
}

/** A boot job waits for the next boot: started now, its timer would elapse at once. */
function waitsForManager({ change }: UnitChange): boolean {
  return change.after?.files.some((file) => readMark(file.content)?.atStart === true) ?? false;
}
