import { basename, dirname, join } from 'node:path';
import type { LaunchFile } from '../backend/launch-file.ts';
import type { Host } from '../host/host.ts';
import { launcherOf, readLaunchFile } from '../run/launch/read-launch-file.ts';
import { defineSchedule, type Schedule } from '../schedule/schedule.ts';
import { loadZone } from '../schedule/zone/load-zone.ts';
import { eachByItself } from './each-by-itself.ts';
import { type EmbeddedEntry, entryFolder, parseEntry } from './entry.ts';

/** An installed job that can be started. */
export interface ReadyEntry {
  readonly namespace: string;
  readonly entry: EmbeddedEntry;
  readonly launch: LaunchFile;
  /** Absolute path of the launcher that starts it. */
  readonly launcher: string;
  /** `null` for events. */
  readonly schedule: Schedule | null;
}

export interface EntryReader {
  /** All entries as they are now; files that have not changed are not read again. */
  read(): readonly ReadyEntry[];
}

/** Reads the entries of every namespace. What cannot be read is reported once and passed over: the others go on. */
export function entryReader(host: Host, onProblem: (message: string) => void): EntryReader {
  const byItself = eachByItself(onProblem);
  const cache = new Map<string, { readonly version: string; readonly ready: ReadyEntry | null }>();
  const readOne = (namespace: string, path: string): ReadyEntry | null => {
    const found = parseEntry(host.files.readText(path) ?? '');
    if (found === undefined || !found.entry.active) {
      if (found === undefined) onProblem(`${path} is no entry; run \`rota apply --repair\`.`);
      return null;
    }
    // An entry that was edited still names a launch file, and only that counts.
    const read = readLaunchFile(host.files, found.entry.launchFile);
    if (!read.ok) {
      onProblem(read.problem);
      return null;
    }
    const { gate } = read.launch;
    const schedule = gate === null ? null : defineSchedule(gate.expression, loadZone(gate.timezone, { roots: gate.zoneRoots }));
    return { namespace, entry: found.entry, launch: read.launch, launcher: launcherOf(read.place), schedule };
  };
  return {
    read() {
      const paths = host.files
        .list(join(host.stateDir, 'namespaces'))
        .map((namespace) => entryFolder(host.stateDir, namespace))
        .flatMap((folder) => byItself(folder, () => host.files.list(folder).map((name) => join(folder, name))) ?? [])
        .filter((path) => path.endsWith('.json'));
      const ready: ReadyEntry[] = [];
      for (const path of paths) {
        const facts = host.files.facts(path);
        if (facts === undefined) continue;
        const version = `${facts.modifiedMs} ${facts.size}`;
        let known = cache.get(path);
        if (known?.version !== version) {
          known = { version, ready: safely(() => readOne(basename(dirname(dirname(path))), path), onProblem) };
          cache.set(path, known);
        }
        if (known.ready !== null) ready.push(known.ready);
      }
      const present = new Set(paths);
      for (const path of cache.keys()) if (!present.has(path)) cache.delete(path);
      return ready;
    },
  };
}

function safely<T>(work: () => T, onProblem: (message: string) => void): T | null {
  try {
    return work();
  } catch (error) {
    onProblem(error instanceof Error ? error.message : String(error));
    return null;
  }
}
