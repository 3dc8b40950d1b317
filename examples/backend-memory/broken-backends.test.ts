import type { Artifact, Backend, Compiled, CompileInput } from '@rota/core';
import { backendConformance } from '@rota/core/testing';
import { expect, it, test } from 'vitest';
import { failures, kitOptions } from './kit-options.ts';
import { type MemoryScheduler, memoryBackend } from './memory-backend.ts';

type Breakage = (backend: Backend, scheduler: MemoryScheduler) => Partial<Backend>;

const compiledWith =
  (change: (compiled: Compiled, input: CompileInput) => Partial<Compiled>): Breakage =>
  ({ compile }) => ({
    compile: (input) => {
      const compiled = compile(input);
      return { ...compiled, ...change(compiled, input) };
    },
  });
const artifactWith = (change: (artifact: Artifact, input: CompileInput) => Partial<Artifact>): Breakage =>
  compiledWith(({ artifact }, input) => ({ artifact: { ...artifact, ...change(artifact, input) } }));
const firesWith = (change: (fires: readonly number[]) => readonly number[]): Breakage =>
  compiledWith(({ native }) =>
    native === undefined ? {} : { native: { ...native, firesBetween: (from, to) => change(native.firesBetween(from, to)) } },
  );
const capable =
  (change: (capabilities: ReturnType<Backend['capabilities']>) => object): Breakage =>
  ({ capabilities }) => ({
    capabilities: (dialect) => ({ ...capabilities(dialect), ...change(capabilities(dialect)) }),
  });

let calls = 0;

/** Each way to be wrong that the kit is for, and a test of it that must notice. */
const breakages: readonly (readonly [what: string, breakage: Breakage, noticedBy: string])[] = [
  ['has a name that is no word', () => ({ name: 'My Backend' }), 'has a name, the API version and its dialects'],
  ['does not name its dialect', () => ({ dialects: [{ name: 'other' }] }), 'has a name, the API version and its dialects'],
  [
    'cannot be used anywhere',
    ({ detect }) => ({ detect: async (host) => ({ ...(await detect(host)), usable: false }) }),
    'detects itself on the host of the tests',
  ],
  [
    'claims a limit and asks nobody for it',
    capable(({ native }) => ({ native: [...native, 'resources.memoryMax'] })),
    'is asked of the scheduler: resources.memoryMax',
  ],
  [
    'claims to lock a job in and asks nobody for it',
    capable(({ native }) => ({ native: [...native, 'sandbox.protectSystem'] })),
    'is asked of the scheduler: sandbox.protectSystem',
  ],
  [
    'claims a time-out, and starts every job through the runner',
    capable(({ native }) => ({ native: [...native, 'timeout'] })),
    'is asked of the scheduler: timeout',
  ],
  [
    'claims a feature twice',
    capable(({ native }) => ({ native: [...native, 'schedule'] })),
    'claims features that exist, each once, and none that it refuses',
  ],
  [
    'claims what it refuses',
    capable(({ native }) => ({ native: [...native, 'boot'] })),
    'claims features that exist, each once, and none that it refuses',
  ],
  [
    'refuses without a reason',
    capable(({ refused }) => ({ refused: { ...refused, boot: 'no' } })),
    'gives a reason for what it refuses, and for what only a scheduler could do and it cannot',
  ],
  [
    'is silent about logins',
    capable(({ refused: { boot } }) => ({ refused: { boot } })),
    'gives a reason for what it refuses, and for what only a scheduler could do and it cannot',
  ],
  [
    'says something else each time',
    capable(({ native }) => {
      calls += 1;
      return { native: calls % 2 === 0 ? native : [...native, 'persistent'] };
    }),
    'says the same each time',
  ],
  [
    'compiles something else each time',
    artifactWith(() => ({ digest: String(calls++) })),
    'gives the same bytes for the same input, and does not touch the input',
  ],
  [
    'changes its input',
    compiledWith((_, input) => {
      Object.assign(input.job.env, { A: '1' });
      return {};
    }),
    'gives the same bytes for the same input, and does not touch the input',
  ],
  [
    'forgets the launch file in its digest',
    artifactWith((_, { job }) => ({ digest: `${job.name} ${job.paused} ${JSON.stringify(job.trigger)}` })),
    'puts every declared difference into the digest',
  ],
  ['arms a paused job', artifactWith(() => ({ active: true })), 'makes a paused job inactive'],
  [
    'misses a fire time a week',
    firesWith((fires) => fires.filter((at) => Math.floor(at / 86_400) % 7 !== 0)),
    'starts at every declared fire time: UTC on a machine in UTC',
  ],
  ['is a minute late', firesWith((fires) => fires.map((at) => at + 60)), 'is exact for a daily job in UTC on a machine in UTC'],
  [
    'answers instants in no order',
    firesWith((fires) => [...fires].reverse()),
    'answers sorted, distinct instants in a half-open interval, and the same twice',
  ],
  [
    'answers an empty list when its scheduler is down',
    ({ list }, scheduler) => ({ list: async (host, input) => (scheduler.down ? [] : list(host, input)) }),
    'is an error when they cannot be read, never an empty list',
  ],
  [
    'lists what is not in the namespace',
    ({ list }) => ({
      list: async (host, input) => [
        ...(await list(host, input)),
        ...(await list(host, { ...input, namespace: input.namespace === 'one' ? 'two' : 'one' })),
      ],
    }),
    'of two namespaces do not touch each other',
  ],
  [
    'removes what is not ours',
    ({ apply }, scheduler) => ({
      apply: async (host, input) => {
        scheduler.entries.delete('somebody/else/x');
        await apply(host, input);
      },
    }),
    'are there after apply with their digests, and others are untouched',
  ],
  [
    'cannot make a batch twice',
    ({ apply }, scheduler) => ({
      apply: async (host, input) => {
        for (const { tenant, name, after } of input.changes)
          if (after !== null && scheduler.entries.has(`${input.namespace}/${tenant}/${name}`)) throw new Error('it is there');
        await apply(host, input);
      },
    }),
    'are the same when a batch is made twice, or its rest after a part',
  ],
  [
    'leaves the rest of a batch',
    ({ apply }) => ({ apply: async (host, input) => apply(host, { ...input, changes: input.changes.slice(0, 1) }) }),
    'are there after apply with their digests, and others are untouched',
  ],
  [
    'keeps what shall go',
    ({ apply }) => ({
      apply: async (host, input) => apply(host, { ...input, changes: input.changes.filter(({ after }) => after !== null) }),
    }),
    'change and go in one batch, and a batch turned round takes everything back',
  ],
  [
    'does not see an edit',
    ({ list }) => ({ list: async (host, input) => (await list(host, input)).map((found) => ({ ...found, drift: [] })) }),
    'is drift when an entry was edited, and a repeated batch mends it',
  ],
  [
    'minds that an entry is gone already',
    ({ apply }, scheduler) => ({
      apply: async (host, input) => {
        for (const { tenant, name, after } of input.changes)
          if (after === null && !scheduler.entries.has(`${input.namespace}/${tenant}/${name}`)) throw new Error('not there');
        await apply(host, input);
      },
    }),
    'is seen when an entry was taken away, which a removal does not mind',
  ],
  [
    'hands its arguments to a shell',
    artifactWith(({ files }) => ({
      files: files.map((file) => ({ ...file, content: file.content.replaceAll("'", '').replaceAll('%', '') })),
    })),
    'take any path and any argument',
  ],
  [
    'lists our entries as those of others',
    (_, scheduler) => ({
      inventory: async () => [...scheduler.entries].map(([id, { text }]) => ({ backend: 'memory', id, owner: 'nobody', text })),
    }),
    'are not among those of others',
  ],
  [
    'starts every job by the same command',
    () => ({ startCommand: () => ['start-it'] }),
    'are started by a command that is always the same',
  ],
];

test('the kit passes the backend that is whole', async () => {
  expect(await failures(kitOptions(memoryBackend))).toEqual([]);
});

it.each(breakages)('the kit fails a backend that %s', async (_, breakage, noticedBy) => {
  const broken = kitOptions((scheduler) => {
    const whole = memoryBackend(scheduler);
    return { ...whole, ...breakage(whole, scheduler) };
  });
  expect(await failures(broken, noticedBy)).toEqual([noticedBy]);
});

test.each<[string, (fires: readonly number[]) => readonly number[], string]>([
  [
    'starts too often',
    (fires) => fires.flatMap((at) => [at, at + 60]),
    'also starts at 2026-01-01T02:31:00Z, 2026-01-02T02:31:00Z',
  ],
  ['starts too seldom', (fires) => fires.filter((at) => at % 2 === 1), 'misses 2026-01-01T02:30:00Z, 2026-01-02T02:30:00Z'],
])('the kit says when a backend %s', async (_, change, message) => {
  const broken = kitOptions((scheduler) => {
    const whole = memoryBackend(scheduler);
    return { ...whole, ...firesWith(change)(whole, scheduler) };
  });
  const tests = new Map<string, () => void | Promise<void>>();
  backendConformance({ describe: (_name, body) => body(), it: (name, body) => void tests.set(name, body) }, broken);
  const run = async (): Promise<void> => await tests.get('is exact for a daily job in UTC on a machine in UTC')?.();
  await expect(run()).rejects.toThrow(message);
  await expect(run()).rejects.toThrow('the native schedule is');
});

test.each<[string, Breakage, string, RegExp]>([
  [
    'another version',
    () => ({ apiVersion: 2 as 1 }),
    'has a name, the API version and its dialects',
    /written for version 2 of the backend contract/,
  ],
  [
    'a digest of nothing',
    artifactWith(() => ({ digest: 'same' })),
    'puts every declared difference into the digest',
    /the same for the jobs a {} and a {"trigger":/,
  ],
])('the kit says what is wrong with %s', async (_, breakage, name, message) => {
  const broken = kitOptions((scheduler) => {
    const whole = memoryBackend(scheduler);
    return { ...whole, ...breakage(whole, scheduler) };
  });
  const tests = new Map<string, () => void | Promise<void>>();
  backendConformance({ describe: (_name, body) => body(), it: (one, body) => void tests.set(one, body) }, broken);
  await expect((async () => await tests.get(name)?.())()).rejects.toThrow(message);
});
