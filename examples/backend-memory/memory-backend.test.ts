import { createHost } from '@rota/core';
import { backendConformance } from '@rota/core/testing';
import { describe, it } from 'vitest';
import { memoryBackend, memoryScheduler, readEntry } from './memory-backend.ts';

const scheduler = memoryScheduler();
const id = (namespace: string, { tenant, name }: { readonly tenant: string; readonly name: string }): string =>
  `${namespace}/${tenant}/${name}`;

backendConformance(
  { describe, it },
  {
    backend: memoryBackend(scheduler),
    dialect: { name: 'memory', version: 1 },
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
  },
);
