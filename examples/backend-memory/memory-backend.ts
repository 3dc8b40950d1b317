import { type Artifact, type Backend, defineBackend, firesBetween, RotaError } from '@rota/core';

/** What a scheduler that lives in this process has been told: one entry for each job, by `namespace/tenant/name`. */
export interface MemoryScheduler {
  readonly entries: Map<string, MemoryEntry>;
  /** As a scheduler whose service is down. */
  down: boolean;
}

export interface MemoryEntry {
  readonly text: string;
  readonly digest: string;
  readonly active: boolean;
}

/** What an entry's text says. */
interface EntryText {
  readonly when: string;
  readonly program: readonly string[];
  readonly digest: string;
}

export function memoryScheduler(): MemoryScheduler {
  return { entries: new Map(), down: false };
}

/** A whole backend: everything but the schedule is left to the runner. */
export function memoryBackend(scheduler: MemoryScheduler): Backend {
  return defineBackend({
    name: 'memory',
    apiVersion: 1,
    dialects: [{ name: 'memory', version: 1 }],
    capabilities: () => ({
      native: ['schedule', 'timezone', 'paused'],
      refused: {
        boot: 'Entries in memory do not outlive a boot; use the scheduler of the machine.',
        login: 'This scheduler does not know of logins; use the systemd backend.',
      },
      alwaysRunner: true,
    }),
    detect: async () => ({
      usable: !scheduler.down,
      dialect: { name: 'memory', version: 1 },
      findings: scheduler.down ? [{ severity: 'error', message: 'The scheduler is down.', remedy: 'Start it.' }] : [],
    }),
    compile({ job, launcher, launchFile, schedule }) {
      const when = schedule === undefined ? job.trigger.kind : `${schedule.declared.expression} ${schedule.declared.zone.name}`;
      const program = [launcher, ...(launchFile === undefined ? [] : [launchFile])];
      const digest = JSON.stringify([job.tenant, job.name, when, program, job.paused]);
      const text: EntryText = { when, program, digest };
      return {
        artifact: { files: [{ name: 'entry.json', content: JSON.stringify(text) }], digest, active: !job.paused },
        // This scheduler reads cron text as Rota does, so its evaluation is Rota's.
        ...(schedule === undefined
          ? {}
          : { native: { entries: [when], firesBetween: (from, to) => firesBetween(schedule.declared, from, to) } }),
        warnings: [],
      };
    },
    list: async (_host, { namespace }) => {
      if (scheduler.down) throw new RotaError('ROTA_BACKEND_UNAVAILABLE', 'The scheduler is down.');
      return [...scheduler.entries].flatMap(([id, entry]) => {
        const [owner, tenant = '', name = ''] = id.split('/');
        if (owner !== namespace) return [];
        const { digest, active } = entry;
        const edited = readEntry(entry).digest !== digest;
        return [{ tenant, name, digest, active, drift: edited ? [{ kind: 'edited' as const, detail: entry.text }] : [] }];
      });
    },
    apply: async (_host, { namespace, changes, onProgress }) => {
      for (const [index, { tenant, name, after }] of changes.entries()) {
        const id = `${namespace}/${tenant}/${name}`;
        if (after === null) scheduler.entries.delete(id);
        else scheduler.entries.set(id, entryOf(after));
        onProgress?.(index + 1, changes.length);
      }
    },
  });
}

function entryOf({ files, digest, active }: Artifact): MemoryEntry {
  return { text: files.map((file) => file.content).join(''), digest, active };
}

export function readEntry(entry: MemoryEntry): EntryText {
  const { when, program, digest }: Partial<EntryText> = JSON.parse(entry.text);
  return { when: when ?? '', program: program ?? [], digest: digest ?? '' };
}
