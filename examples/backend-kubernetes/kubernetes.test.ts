import { declarationOf, type Job, makeRendering } from '@rota/core';
import { backendConformance, compileSample, sampleInput, sampleJob } from '@rota/core/testing';
import { describe, expect, it, test } from 'vitest';
import { expanded, type FakeCluster, fakeCluster, schemaProblem } from './fake-cluster.test-support.ts';
import { kubernetes } from './kubernetes.ts';
import { objectName } from './object-name.ts';

const context = {
  backend: kubernetes({ clusterNamespace: 'jobs', image: 'registry.example.org/tools:3' }),
  dialect: { name: 'kubernetes' },
};
const clusters = new Map<unknown, FakeCluster>();
const clusterOf = (host: unknown): FakeCluster => {
  const cluster = clusters.get(host);
  if (cluster === undefined) throw new Error('No such host.');
  return cluster;
};
const manifestOf = (job: Job): unknown => JSON.parse(compileSample(context, job).artifact.files[0]?.content ?? '');

backendConformance(
  { describe, it },
  {
    ...context,
    makeHost: () => {
      const cluster = fakeCluster();
      clusters.set(cluster.host, cluster);
      const other = manifestOf(sampleJob('other'));
      cluster.objects.set('other', { ...JSON.parse(JSON.stringify(other)), metadata: { name: 'other', labels: {} } });
      return cluster.host;
    },
    foreign: async (host) => JSON.stringify(clusterOf(host).objects.get('other')),
    edit: async (host, namespace, key) => {
      const object = clusterOf(host).objects.get(objectName(namespace, key));
      if (object !== undefined) object.spec.schedule = '* * * * *';
    },
    remove: async (host, namespace, key) => void clusterOf(host).objects.delete(objectName(namespace, key)),
    breakReading: (host) => {
      clusterOf(host).isDown = true;
    },
    start: async (host, namespace, key) => {
      const [container] =
        clusterOf(host).objects.get(objectName(namespace, key))?.spec.jobTemplate.spec.template.spec.containers ?? [];
      return (container?.command ?? []).map(expanded);
    },
  },
);

test('a job is a CronJob with its zone, deadline, policy, retries and limits', () => {
  const job = sampleJob('nightly-backup', {
    trigger: { kind: 'schedule', expression: '15 12 * * mon-fri', timezone: 'America/New_York' },
    command: ['restic', 'backup', '/data'],
    env: { PRICE: '$(A) $5' },
    retry: { enabled: true, attempts: 3, backoff: 'exponential', delayMs: 10_000, maxDelayMs: 3_600_000 },
    startingDeadlineMs: 300_000,
    timeoutMs: 3_600_000,
    concurrency: { policy: 'replace', locks: [] },
    resources: { memoryMax: '512M', cpuQuota: '50%' },
  });
  const manifest = manifestOf(job);
  expect(schemaProblem(manifest)).toBeNull();
  expect(manifest).toMatchObject({
    metadata: { name: expect.stringMatching(/^nightly-backup-[0-9a-f]{12}$/), namespace: 'jobs' },
    spec: {
      schedule: '15 12 * * 1-5',
      timeZone: 'America/New_York',
      concurrencyPolicy: 'Replace',
      startingDeadlineSeconds: 300,
      suspend: false,
      jobTemplate: {
        spec: {
          backoffLimit: 3,
          template: {
            spec: {
              activeDeadlineSeconds: 3600,
              containers: [
                {
                  command: ['restic', 'backup', '/data'],
                  env: expect.arrayContaining([{ name: 'PRICE', value: '$$(A) $$5' }]),
                  resources: { limits: { cpu: '500m', memory: '512Mi' } },
                },
              ],
            },
          },
        },
      },
    },
  });
  const { lowering } = sampleInput(context, job);
  expect(lowering).toMatchObject({ runner: false, refusals: [] });
});

test('the schema refuses what the API would', () => {
  const good = JSON.stringify(manifestOf(sampleJob('a')));
  expect(schemaProblem(JSON.parse(good))).toBeNull();
  for (const [from, to] of [
    ['"Forbid"', '"forbid"'],
    ['"suspend":false', '"suspend":"no"'],
    ['"timeZone"', '"timezone"'],
    ['"30 2 * * *"', '"@daily"'],
    ['"backoffLimit":0', '"backoffLimit":-1'],
  ] as const) {
    expect(good).toContain(from);
    expect(schemaProblem(JSON.parse(good.replace(from, to))), to).not.toBeNull();
  }
});

test('names fit, and jobs that begin alike have names of their own', () => {
  const long = 'a'.repeat(63);
  const names = [`${long}`, `${long.slice(0, 62)}b`].map((name) => objectName('default', { tenant: 'acme', name }));
  for (const name of names) expect(name.length).toBeLessThanOrEqual(52);
  expect(new Set(names).size).toBe(2);
});

// The controller takes every minute whose wall time matches, so a clock change loses or doubles a fixed time.
test.each([
  ['0 12 * * *', 'America/New_York', 'exact'],
  ['*/15 * * * *', 'America/New_York', 'exact'],
  ['0 0 1 * 1', 'Europe/London', 'exact'],
  ['0 0 1-31 * 1', 'UTC', 'exact'],
  ['30 2 * * *', 'America/New_York', 'refused'],
  ['30 1 * * *', 'America/New_York', 'refused'],
  ['0 0 */2 * 1', 'UTC', 'refused'],
])('%s in %s is %s', async (schedule, timezone, fidelity) => {
  const { host } = fakeCluster();
  const declared = await declarationOf([{ name: 'a', tenant: 'acme', schedule, timezone, command: '/bin/true' }], { host });
  const { jobs } = await makeRendering({ host, declared, backend: context.backend });
  expect(jobs[0]).toMatchObject({ fidelity, backend: 'kubernetes' });
  if (fidelity === 'refused') expect(jobs[0]?.reason).toMatch(/Choose .*another backend/);
});

test('what a cluster cannot do is refused, each with what would work', async () => {
  const { host } = fakeCluster();
  const refusal = async (changes: object): Promise<string> => {
    const declared = await declarationOf(
      [{ name: 'a', tenant: 'acme', schedule: '0 12 * * *', command: '/bin/true', ...changes }],
      { host },
    );
    return (await makeRendering({ host, declared, backend: context.backend })).jobs[0]?.reason ?? 'none';
  };
  expect(await refusal({ retry: { enabled: true, attempts: 3, backoff: 'fixed' } })).toMatch(/exponential.*attempts: 3/);
  expect(await refusal({ startingDeadline: '5s' })).toMatch(/shorter than the 10 s/);
  expect(await refusal({ resources: { memoryMax: '20%' } })).toMatch(/cannot be asked for "20%"/);
  expect(await refusal({ concurrency: 'queue' })).toMatch(/`concurrency.queue` cannot be had on kubernetes/);
  expect(await refusal({ env: { TOKEN: '$' + '{TOKEN}' } })).toMatch(/secrets of this machine are not in the cluster/);
  expect(await refusal({ hooks: { before: ['/bin/true'] } })).toMatch(
    /`hooks` cannot be had on kubernetes, where no runner can be/,
  );
});

test('the state of a job is what the controller says', async () => {
  const { host } = fakeCluster();
  const { artifact } = compileSample(context, sampleJob('a'));
  const changes = [{ tenant: 'acme', name: 'a', before: null, after: artifact, handledUntil: 0 }];
  await context.backend.apply(host, { namespace: 'default', dialect: context.dialect, changes });
  const states = await context.backend.state?.(host, 'default', [{ tenant: 'acme', name: 'a' }]);
  expect(states?.get('acme/a')).toEqual({ running: false, nextStart: null, lastStart: Date.UTC(2026, 5, 1, 2, 30) / 1000 });
});
