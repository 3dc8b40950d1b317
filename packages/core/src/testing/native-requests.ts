import type { Feature } from '../backend/feature.ts';
import type { Job } from '../job/job.ts';
import { sampleJob } from './sample-job.ts';

type Requests = readonly [without: Partial<Job>, ...asking: Partial<Job>[]];

/**
 * A job without a feature and jobs that ask for it, each in another way: a scheduler that does it is told something else for each. Absent: what has no
 * field of its own (`history`), what may be done by doing nothing (`accuracy` allows a delay, `concurrency.forbid` is what many schedulers do anyway),
 * and what the kit tries elsewhere.
 */
export function requestsOf(feature: Feature): Requests | undefined {
  return requests[feature];
}

const { retry, requires, hooks } = sampleJob('a');
const other = { tenant: 'acme', name: 'other' };
const checkin = { enabled: true, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' } as const;
const forbid = { concurrency: { policy: 'forbid', locks: [] } } as const;

const requests: Partial<Readonly<Record<Feature, Requests>>> = {
  persistent: [{}, { persistent: true }],
  startingDeadline: [{}, { startingDeadlineMs: 300_000 }, { startingDeadlineMs: 900_000 }],
  randomizedDelay: [{}, { randomizedDelayMs: 300_000 }, { randomizedDelayMs: 600_000 }],
  env: [{}, { env: { A: '1' } }, { env: { A: '2' } }],
  workingDir: [{}, { workingDir: '/srv' }, { workingDir: '/var' }],
  shell: [{ command: ['true'] }, { command: ['true'], shell: true }],
  timeout: [{}, { timeoutMs: 60_000 }, { timeoutMs: 120_000 }],
  retry: [{}, { retry: { ...retry, enabled: true, attempts: 2 } }, { retry: { ...retry, enabled: true, attempts: 3 } }],
  'concurrency.allow': [forbid, { concurrency: { policy: 'allow', locks: [] } }],
  'concurrency.replace': [forbid, { concurrency: { policy: 'replace', locks: [] } }],
  dependsOn: [{}, { dependsOn: [{ job: other }] }],
  'requires.commands': [{}, { requires: { ...requires, commands: ['git'] } }],
  'requires.files': [{}, { requires: { ...requires, files: ['/etc/fstab'] } }],
  'requires.units': [{}, { requires: { ...requires, units: ['dbus.service'] } }],
  'requires.network': [{}, { requires: { ...requires, network: { waitMs: 60_000 } } }],
  'requires.power': [{}, { requires: { ...requires, power: 'ac' } }],
  hooks: [{}, { hooks: { ...hooks, always: [['/bin/true']] } }],
  checkin: [
    {},
    { checkin: { ...checkin, url: 'https://a.example.org' } },
    { checkin: { ...checkin, url: 'https://b.example.org' } },
  ],
  'resources.memoryMax': [{}, { resources: { memoryMax: '256M' } }, { resources: { memoryMax: '512M' } }],
  'resources.memoryHigh': [{}, { resources: { memoryHigh: '256M' } }, { resources: { memoryHigh: '512M' } }],
  'resources.cpuQuota': [{}, { resources: { cpuQuota: '50%' } }, { resources: { cpuQuota: '200%' } }],
  'resources.cpuWeight': [{}, { resources: { cpuWeight: 50 } }, { resources: { cpuWeight: 200 } }],
  'resources.ioWeight': [{}, { resources: { ioWeight: 50 } }, { resources: { ioWeight: 200 } }],
  'resources.tasksMax': [{}, { resources: { tasksMax: 50 } }, { resources: { tasksMax: 200 } }],
  'resources.nice': [{}, { resources: { nice: 5 } }, { resources: { nice: 19 } }],
  'resources.ioClass': [{}, { resources: { ioClass: 'idle' } }, { resources: { ioClass: 'best-effort' } }],
  'sandbox.privateTmp': [{}, { sandbox: { privateTmp: true } }],
  'sandbox.protectSystem': [{}, { sandbox: { protectSystem: 'full' } }, { sandbox: { protectSystem: 'strict' } }],
  'sandbox.noNewPrivileges': [{}, { sandbox: { noNewPrivileges: true } }],
  'sandbox.readWritePaths': [{}, { sandbox: { readWritePaths: ['/srv'] } }, { sandbox: { readWritePaths: ['/var'] } }],
};
