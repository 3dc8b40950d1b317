import { expect, test } from 'vitest';
import { context, manifest, parseFile, sound } from '../manifest-text.test-support.ts';
import { parseManifests } from './parse-manifests.ts';

test('the minimal manifest gives a job with every default', async () => {
  const { jobs, issues } = await parseFile('minimal.yaml');
  expect(issues).toEqual([]);
  expect(jobs).toEqual([
    {
      tenant: 'acme-corp',
      name: 'daily-backup',
      labels: {},
      annotations: {},
      trigger: { kind: 'schedule', expression: '0 2 * * *', timezone: 'UTC' },
      command: ['/opt/scripts/backup.sh'],
      shell: false,
      env: {},
      retry: { enabled: false, attempts: 3, backoff: 'exponential', delayMs: 10_000, maxDelayMs: 3_600_000 },
      conditions: [],
      enabled: true,
      paused: false,
      dependsOn: [],
      requires: { commands: [], files: [], units: [] },
      concurrency: { policy: 'forbid', locks: [] },
      persistent: false,
      hooks: { before: [], onSuccess: [], onFailure: [], always: [] },
      resources: {},
      sandbox: {},
      source: { file: 'minimal.yaml', line: 2 },
    },
  ]);
});

test('the complete manifest is carried whole', async () => {
  const { jobs, issues } = await parseFile('complete.yaml');
  expect(issues).toEqual([]);
  expect(jobs[0]).toMatchObject({
    labels: { environment: 'production', team: 'infrastructure', tier: '1' },
    annotations: { owner: 'ops@acme.example' },
    trigger: { timezone: 'America/New_York' },
    command: ['/opt/scripts/backup.sh', '--full', '--compress', '--target', '/mnt/backups'],
    workingDir: '/opt/scripts',
    env: { BACKUP_DIR: '/mnt/backups', RETENTION_DAYS: '30', PGPASSWORD: '${file:/run/secrets/pg}' },
    checkin: { enabled: true, secret: '${CHECKIN_SECRET}', timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' },
    retry: { enabled: true, attempts: 3, backoff: 'exponential', delayMs: 30_000, maxDelayMs: 600_000 },
    conditions: [{ hostname: ['backup-server-01'] }],
    enabled: true,
    paused: false,
  });
});

test('every field of a spec reaches the job', async () => {
  const { jobs, issues } = await parseManifests(
    manifest(`schedule: "30 4 * * 1-5"
timezone: local
command: docker run --rm 'my image'
timeout: 90m
startingDeadline: 5m
persistent: true
randomizedDelay: 1h30m
accuracy: 60
checkin: {url: "https://x.example", format: healthchecks, start: true, by: job, timeout: 2h}
when: {os: [linux, macos], commandExists: docker, fileExists: [/etc/passwd], env: {STAGE: prod}, labels: {role: db}, hostname: [a, b]}
dependsOn: [other, {job: team/third, within: 1d}]
requires: {commands: [docker], files: [/etc/passwd], units: [docker.service], network: {wait: 2m}, power: ac}
concurrency: {policy: queue, locks: [disk]}
hooks: {before: [echo start], onSuccess: [[echo, "two words"]], onFailure: [echo "it failed"], always: [echo end]}
resources: {memoryMax: 2G, memoryHigh: 1073741824, cpuQuota: 50%, cpuWeight: 10, ioWeight: 20, tasksMax: 5, nice: 10, ioClass: idle}
sandbox: {privateTmp: true, protectSystem: strict, noNewPrivileges: true, readWritePaths: [/var/lib/x]}
alerts: {on: [failure, missed], webhook: "\${HOOK}", command: mail -s failed ops, desktop: true, channels: [{command: [tell, it], by: runner}], by: job}
state: {roots: [{name: data, path: /var/lib/x}], stop: [{unit: x.service}]}
backend: systemd
enabled: false
paused: true`),
    'job.yaml',
    context,
  );
  expect(issues).toEqual([]);
  expect(jobs[0]).toMatchObject({
    trigger: { kind: 'schedule', expression: '30 4 * * 1-5', timezone: 'local' },
    command: ['docker', 'run', '--rm', 'my image'],
    timeoutMs: 5_400_000,
    startingDeadlineMs: 300_000,
    persistent: true,
    randomizedDelayMs: 5_400_000,
    accuracyMs: 60_000,
    checkin: { url: 'https://x.example', format: 'healthchecks', start: true, by: 'job', timeoutMs: 7_200_000 },
    conditions: [
      {
        os: ['linux', 'macos'],
        commandExists: ['docker'],
        fileExists: ['/etc/passwd'],
        env: { STAGE: 'prod' },
        labels: { role: 'db' },
        hostname: ['a', 'b'],
      },
    ],
    dependsOn: [{ job: { tenant: 'acme', name: 'other' } }, { job: { tenant: 'team', name: 'third' }, withinMs: 86_400_000 }],
    requires: {
      commands: ['docker'],
      files: ['/etc/passwd'],
      units: ['docker.service'],
      network: { waitMs: 120_000 },
      power: 'ac',
    },
    concurrency: { policy: 'queue', locks: ['disk'] },
    hooks: {
      before: [['echo', 'start']],
      onSuccess: [['echo', 'two words']],
      onFailure: [['echo', 'it failed']],
      always: [['echo', 'end']],
    },
    resources: {
      memoryMax: '2G',
      memoryHigh: '1073741824',
      cpuQuota: '50%',
      cpuWeight: 10,
      ioWeight: 20,
      tasksMax: 5,
      nice: 10,
      ioClass: 'idle',
    },
    sandbox: { privateTmp: true, protectSystem: 'strict', noNewPrivileges: true, readWritePaths: ['/var/lib/x'] },
    alerts: {
      on: ['failure', 'missed'],
      channels: [
        { kind: 'webhook', url: '${HOOK}' },
        { kind: 'command', command: ['mail', '-s', 'failed', 'ops'] },
        { kind: 'desktop' },
        { kind: 'command', command: ['tell', 'it'], by: 'runner' },
      ],
      by: 'job',
    },
    state: { roots: [{ name: 'data', path: '/var/lib/x' }], stop: [{ unit: 'x.service' }] },
    backend: 'systemd',
    enabled: false,
    paused: true,
  });
});

test.each([
  ['~/docs', 'docs'],
  ['~', undefined],
  ['~//docs', 'docs'],
  ['~ann/docs', '~ann/docs'],
  ['/srv/~/docs', '/srv/~/docs'],
])('the working folder %s is kept as %s: relative paths count from the home folder', async (declared, kept) => {
  const { jobs } = await parseManifests(
    manifest(`${sound}\nworkingDir: "${declared}"\nsandbox: {readWritePaths: ["${declared}"]}`),
    'job.yaml',
    context,
  );
  expect([jobs[0]?.workingDir, jobs[0]?.sandbox.readWritePaths]).toEqual([kept, [kept ?? '']]);
});

test.each([
  ['on: boot', { kind: 'boot' }],
  ['on: login', { kind: 'login' }],
  [
    'on: apply\nafter: [first, team/second]',
    {
      kind: 'apply',
      after: [
        { tenant: 'acme', name: 'first' },
        { tenant: 'team', name: 'second' },
      ],
    },
  ],
  ['on: {after: first}', { kind: 'after', job: { tenant: 'acme', name: 'first' } }],
])('the event `%s` is a trigger', async (text, trigger) => {
  const { jobs, issues } = await parseManifests(manifest(`${text}\ncommand: /bin/true`), 'job.yaml', context);
  expect(issues).toEqual([]);
  expect(jobs[0]?.trigger).toEqual(trigger);
});

test('text in a string map keeps the spelling of the file', async () => {
  const { jobs } = await parseManifests(
    manifest(`${sound}\nenv: {A: 1.10, B: 0755, C: true, D: "x", E: 0x1F, F: 12345678901234567890}`),
    'job.yaml',
    context,
  );
  expect(jobs[0]?.env).toEqual({ A: '1.10', B: '0755', C: 'true', D: 'x', E: '0x1F', F: '12345678901234567890' });
});

test('several documents of a file are several jobs, each with its line', async () => {
  const { jobs } = await parseFile('production/backups/postgres.yaml');
  expect(jobs.map(({ name, source }) => [name, source?.line])).toEqual([
    ['postgres', 1],
    ['prune', 8],
  ]);
});

test('a manifest may name its schema, as an editor reads it, and is the same job', async () => {
  const text = manifest(sound);
  const { jobs, issues } = await parseManifests(`${text}$schema: ./job.schema.json\n`, 'job.yaml', context);
  expect(issues).toEqual([]);
  expect(jobs).toEqual((await parseManifests(text, 'job.yaml', context)).jobs);
});

test('anchors and merges within reason are read', async () => {
  const { jobs, issues } = await parseManifests(
    manifest(`${sound}\nenv: &e {A: b}\nwhen: {env: {<<: *e, C: d}}`),
    'job.yaml',
    context,
  );
  expect(issues).toEqual([]);
  expect(jobs[0]?.conditions).toEqual([{ env: { A: 'b', C: 'd' } }]);
});
