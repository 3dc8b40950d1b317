import { type Backend, createHost } from '@rota/core';
import { type BackendConformanceOptions, backendConformance } from '@rota/core/testing';
import { failingTests } from '@rota/test-support';
import { type MemoryScheduler, memoryScheduler, readEntry } from './memory-backend.ts';

const id = (namespace: string, { tenant, name }: { readonly tenant: string; readonly name: string }): string =>
  `${namespace}/${tenant}/${name}`;

/** What the conformance kit must know of a backend on a scheduler in memory. */
export function kitOptions(makeBackend: (scheduler: MemoryScheduler) => Backend): BackendConformanceOptions {
  const scheduler = memoryScheduler();
  return {
    backend: makeBackend(scheduler),
    dialect: { name: 'memory', version: 1 },
    faultRuns: 3,
    makeHost: () => {
      scheduler.entries.clear();
      scheduler.entries.set('somebody/else/x', { text: '{}', digest: 'theirs', active: true });
      scheduler.down = false;
      return createHost();
    },
    foreign: async () => JSON.stringify(scheduler.entries.get('somebody/else/x')),
    edit: async (_host, namespace, job) => {
      const entry = scheduler.entries.get(id(namespace, job));
      if (entry !== undefined) scheduler.entries.set(id(namespace, job), { ...entry, text: '{"when":"* * * * *"}' });
    },
    remove: async (_host, namespace, job) => void scheduler.entries.delete(id(namespace, job)),
    breakReading: () => {
      scheduler.down = true;
    },
    start: async (_host, namespace, job) => {
      const entry = scheduler.entries.get(id(namespace, job));
      return entry === undefined ? [] : readEntry(entry).program;
    },
  };
}

/** The tests of the kit that fail, or one of them. */
export const failures = (options: BackendConformanceOptions, only?: string): Promise<readonly string[]> =>
  failingTests((test) => backendConformance(test, options), only);
