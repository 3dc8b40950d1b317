import { join } from 'node:path';
import type { Backend, Capabilities, Compiled, CompileInput, Finding, Installed } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { firesBetween } from '../schedule/fires-between.ts';
import type { EmbeddedEntry } from './entry.ts';
import { entryFolder, entryName, keyOfEntryName, parseEntry, printEntry } from './entry.ts';
import { runAllIsRunning } from './run-all-lock.ts';

const capabilities: Capabilities = {
  // The schedule is evaluated by the definition itself, and what was missed is caught up from the memory of handled fires.
  native: ['schedule', 'timezone', 'boot', 'persistent', 'paused'],
  refused: {
    login: 'it runs without login sessions. Use `on: boot`, or a backend with sessions such as systemd.',
  },
  alwaysRunner: true,
};

/**
 * The backend for hosts without a scheduler, such as containers: entries are files, and `runAll` (`rota run-all`) runs them in the foreground
 * with the same runner and the same records as everywhere.
 */
export function embedded(): Backend {
  return {
    name: 'embedded',
    apiVersion: 1,
    dialects: [{ name: 'embedded' }],
    capabilities: () => capabilities,
    async detect(host) {
      return { usable: true, dialect: { name: 'embedded' }, findings: findings(host) };
    },
    compile,
    async list(host, { namespace }) {
      const folder = entryFolder(host.stateDir, namespace);
      return host.files.list(folder).flatMap((name) => installedEntry(host, folder, name));
    },
    async apply(host, { namespace, changes, onProgress }) {
      const folder = entryFolder(host.stateDir, namespace);
      for (const [index, change] of changes.entries()) {
        const path = join(folder, entryName(change));
        const [file] = change.after?.files ?? [];
        if (file === undefined) host.files.remove(path);
        else if (host.files.readText(path) !== file.content) host.files.write(path, file.content);
        onProgress?.(index + 1, changes.length);
      }
    },
  };
}

function findings(host: Host): readonly Finding[] {
  if (runAllIsRunning(host)) return [];
  return [{ severity: 'warning', message: 'Nothing starts the jobs of the embedded scheduler now.', remedy: 'rota run-all' }];
}

function compile(input: CompileInput): Compiled {
  const { job, schedule, launchFile } = input;
  if (launchFile === undefined)
    throw new RotaError('ROTA_INTERNAL', 'The embedded scheduler starts every job through the runner.');
  const { trigger } = job;
  const zone = schedule?.declared.zone.name;
  const entry: EmbeddedEntry = {
    formatVersion: 1,
    tenant: job.tenant,
    name: job.name,
    launchFile,
    on:
      trigger.kind === 'schedule'
        ? { schedule: trigger.expression, timezone: zone ?? trigger.timezone }
        : { event: trigger.kind },
    active: !job.paused,
  };
  const { text, digest } = printEntry(entry);
  const artifact = { files: [{ name: entryName(job), content: text }], digest, active: entry.active };
  if (schedule === undefined) return { artifact, warnings: [] };
  const { declared } = schedule;
  const native = {
    entries: [`${declared.expression} ${declared.zone.name}`],
    firesBetween: (from: number, to: number) => firesBetween(declared, from, to),
  };
  return { artifact, native, warnings: [] };
}

function installedEntry(host: Host, folder: string, name: string): Installed[] {
  const key = keyOfEntryName(name);
  if (key === undefined) return [];
  const found = parseEntry(host.files.readText(join(folder, name)) ?? '');
  if (found === undefined) {
    return [
      {
        ...key,
        digest: undefined,
        active: false,
        drift: [{ kind: 'edited', detail: `${join(folder, name)} is no entry any more.` }],
      },
    ];
  }
  const drift = found.intact ? [] : [{ kind: 'edited' as const, detail: `${join(folder, name)} was edited.` }];
  return [{ ...key, digest: found.digest, active: found.entry.active, drift }];
}
