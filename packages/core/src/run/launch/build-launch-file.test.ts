import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bareJob } from '../../job/bare-job.ts';
import type { Job } from '../../job/job.ts';
import { digestOf } from '../../state/digest.ts';
import { buildLaunchFile, type LaunchFileInput } from './build-launch-file.ts';
import { printLaunchFile } from './print-launch-file.ts';

const job: Job = {
  ...bareJob('0 2 * * *', 'local'),
  tenant: 'acme',
  name: 'backup',
  annotations: { docs: 'https://example.test/backup', other: 'not told' },
  command: ['/opt/scripts/backup.sh'],
  concurrency: { policy: 'forbid', locks: [] },
};

const input: LaunchFileInput = {
  job,
  namespace: 'default',
  backend: 'cron',
  gated: true,
  home: '/home/ann',
  hostname: 'box',
  zoneRoots: ['/usr/share/zoneinfo'],
  systemTimezone: 'Europe/Paris',
  secretsFile: '/home/ann/.config/rota/secrets.env',
  path: '/usr/bin:/bin',
  followers: [],
};

const withJob = (change: Partial<Job>): LaunchFileInput => ({ ...input, job: { ...job, ...change } });

describe('a launch file', () => {
  it('holds absolute folders, a PATH, and the zone that `local` means', () => {
    const launch = buildLaunchFile(withJob({ workingDir: 'work' }));
    expect(launch.workingDir).toBe('/home/ann/work');
    expect(launch.env).toEqual({ PATH: '/usr/bin:/bin' });
    expect(launch.gate?.timezone).toBe('Europe/Paris');
    expect(buildLaunchFile(withJob({ env: { PATH: '/own' } })).env.PATH).toBe('/own');
  });

  it('limits lateness to ten minutes unless the job is persistent or says otherwise', () => {
    expect(buildLaunchFile(input).gate?.startingDeadlineMs).toBe(600_000);
    expect(buildLaunchFile(withJob({ persistent: true })).gate?.startingDeadlineMs).toBeNull();
    expect(buildLaunchFile(withJob({ persistent: true, startingDeadlineMs: 5000 })).gate?.startingDeadlineMs).toBe(5000);
  });

  it('takes the check-in address of the config, but never overrules a job that has its own or wants none', () => {
    const base = { ...input, checkinUrl: 'https://watch.example.test/api/checkins' };
    const own = { enabled: true, url: '${CHECKIN_URL}', timeoutMs: 1, format: 'json', start: true, by: 'runner' } as const;
    expect(buildLaunchFile({ ...base, job: { ...job, checkin: own } }).checkin).toEqual(own);
    const { url: _, ...without } = own;
    expect(buildLaunchFile({ ...base, job: { ...job, checkin: without } }).checkin?.url).toBe(base.checkinUrl);
    expect(buildLaunchFile({ ...input, job: { ...job, checkin: without } }).checkin).toBeNull();
    expect(buildLaunchFile({ ...base, job: { ...job, checkin: { ...own, enabled: false } } }).checkin).toBeNull();
    expect(buildLaunchFile(base).checkin).toBeNull();
  });

  it('spreads jobs over the random delay by host and job, always the same way', () => {
    const hosts = Array.from({ length: 50 }, (_, index) => `host-${index}`);
    const delays = hosts.map((hostname) => buildLaunchFile({ ...withJob({ randomizedDelayMs: 60_000 }), hostname }).jitterMs);
    expect(delays).toEqual(
      hosts.map((hostname) => buildLaunchFile({ ...withJob({ randomizedDelayMs: 60_000 }), hostname }).jitterMs),
    );
    expect(new Set(delays).size).toBeGreaterThan(45);
    for (const delay of delays) expect(delay >= 0 && delay < 60_000).toBe(true);
    expect(buildLaunchFile({ ...withJob({ randomizedDelayMs: 60_000 }), features: { randomizedDelay: 'native' } }).jitterMs).toBe(
      0,
    );
  });

  it('has one text and one name, whatever the order of its keys, and another one for another content', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), fc.string({ unit: 'grapheme' })), (env) => {
        const turned = Object.fromEntries(Object.entries(env).reverse());
        const one = printLaunchFile(buildLaunchFile(withJob({ env })));
        expect(printLaunchFile(buildLaunchFile(withJob({ env: turned })))).toEqual(one);
        expect(one.name).toBe(`${digestOf(one.text)}.json`);
        expect(JSON.parse(one.text)).toEqual(JSON.parse(JSON.stringify(buildLaunchFile(withJob({ env })))));
        expect(printLaunchFile(buildLaunchFile(withJob({ env: { ...env, ADDED_LATER: '1' } }))).name).not.toBe(one.name);
      }),
    );
  });

  it('begins with whom it is for, so that a torn one can be blamed', () => {
    const { text } = printLaunchFile(buildLaunchFile(input));
    expect(text.startsWith('{"formatVersion":1,"namespace":"default","tenant":"acme","name":"backup",')).toBe(true);
  });
});
