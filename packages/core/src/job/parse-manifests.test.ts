import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import type { Issue } from '../errors/issue.ts';
import { zoneRoots } from '../schedule/zone-roots.ts';
import { jobContext } from './job-context.ts';
import { parseManifests } from './parse-manifests.ts';

const context = jobContext({ platform: 'linux', zoneRoots: zoneRoots() });
const testdata = join(repositoryRoot, 'packages/core/src/job/testdata');
const parseFile = (name: string) => parseManifests(readFileSync(join(testdata, name), 'utf8'), name, context);

const manifest = (spec: string, metadata = 'metadata: {name: backup, tenant: acme}') =>
  `apiVersion: v1\nkind: Job\n${metadata}\nspec:\n${spec.replaceAll(/^/gm, '  ')}\n`;
const sound = 'schedule: "0 2 * * *"\ncommand: /bin/true';

async function issuesOf(text: string): Promise<readonly Issue[]> {
  return (await parseManifests(text, 'job.yaml', context)).issues;
}

/** `LINE:COLUMN CODE` of each. */
async function placesOf(text: string): Promise<readonly string[]> {
  return (await issuesOf(text)).map(({ line, column, code }) => `${line}:${column} ${code}`);
}

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
alerts: {on: [failure, missed], webhook: "\${HOOK}", command: mail -s failed ops, desktop: true}
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
      ],
    },
    state: { roots: [{ name: 'data', path: '/var/lib/x' }], stop: [{ unit: 'x.service' }] },
    backend: 'systemd',
    enabled: false,
    paused: true,
  });
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

test('anchors and merges within reason are read', async () => {
  const { jobs, issues } = await parseManifests(
    manifest(`${sound}\nenv: &e {A: b}\nwhen: {env: {<<: *e, C: d}}`),
    'job.yaml',
    context,
  );
  expect(issues).toEqual([]);
  expect(jobs[0]?.conditions).toEqual([{ env: { A: 'b', C: 'd' } }]);
});

describe('bad input gives its place, code and remedy', () => {
  test('every problem at once, in one reading', async () => {
    const text = `apiVersion: v1
kind: Job
metadata: {name: Bad_Name, tenat: acme}
spec:
  schedule: "0 25 * * * *"
  timezone: Europe/Berln
  comand: x
  retry: {attempts: three, enable: true}
  hooks: {after: [x], onSucces: [y]}
  concurrency: {polcy: forbid}
`;
    expect([...(await placesOf(text))].sort()).toEqual(
      [
        '3:18 ROTA_FIELD_VALUE',
        '3:28 ROTA_FIELD_UNKNOWN',
        '5:25 ROTA_SCHEDULE_SYNTAX',
        '6:13 ROTA_ZONE_UNKNOWN',
        '7:3 ROTA_FIELD_UNKNOWN',
        '8:21 ROTA_FIELD_TYPE',
        '8:28 ROTA_FIELD_UNKNOWN',
        '9:11 ROTA_FIELD_UNKNOWN',
        '9:23 ROTA_FIELD_UNKNOWN',
        '10:17 ROTA_FIELD_UNKNOWN',
      ].sort(),
    );
    const suggestions = (await issuesOf(text)).map(({ suggestion }) => suggestion);
    expect(suggestions).toEqual(
      expect.arrayContaining([
        'bad-name',
        'tenant',
        '25 * * * *',
        'Europe/Berlin',
        'command',
        'enabled',
        'always',
        'onSuccess',
        'policy',
      ]),
    );
  });

  test.each([
    ['an unknown field', manifest(`${sound}\nretries: 3`), ['7:3 ROTA_FIELD_UNKNOWN']],
    [
      'a field that objects have by nature',
      manifest(`${sound}\nconstructor: 3\ntoString: 4`),
      ['7:3 ROTA_FIELD_UNKNOWN', '8:3 ROTA_FIELD_UNKNOWN'],
    ],
    ['a wrong type', manifest('schedule: "0 2 * * *"\ncommand: [a, b]'), ['6:12 ROTA_FIELD_TYPE']],
    ['text where a switch is wanted', manifest(`${sound}\nenabled: "yes"`), ['7:12 ROTA_FIELD_TYPE']],
    ['a value outside its range', manifest(`${sound}\nresources: {nice: 20}`), ['7:21 ROTA_FIELD_VALUE']],
    ['a value that is none of the choices', manifest(`${sound}\nconcurrency: forbit`), ['7:16 ROTA_FIELD_VALUE']],
    ['a bad duration', manifest(`${sound}\ntimeout: 5 minutes`), ['7:12 ROTA_FIELD_VALUE']],
    ['a duration beyond reason', manifest(`${sound}\ntimeout: 99999d`), ['7:12 ROTA_FIELD_VALUE']],
    ['a bad name', manifest(sound, 'metadata: {name: -backup, tenant: acme}'), ['3:18 ROTA_FIELD_VALUE']],
    ['a name of 64 characters', manifest(sound, `metadata: {name: ${'a'.repeat(64)}, tenant: acme}`), ['3:18 ROTA_FIELD_VALUE']],
    ['no tenant', manifest(sound, 'metadata: {name: backup}'), ['3:1 ROTA_FIELD_MISSING']],
    ['no schedule', manifest('command: /bin/true'), ['4:1 ROTA_FIELD_MISSING']],
    ['a six-field cron', manifest('schedule: "0 0 2 * * *"\ncommand: a'), ['5:24 ROTA_SCHEDULE_SYNTAX']],
    ['a never-firing cron', manifest('schedule: "0 0 30 2 *"\ncommand: a'), ['5:18 ROTA_SCHEDULE_NEVER_FIRES']],
    ['a place within a plain schedule', manifest('schedule: 0 99 * * *\ncommand: a'), ['5:15 ROTA_SCHEDULE_SYNTAX']],
    ['an unknown zone', manifest(`${sound}\ntimezone: Mars/Olympus`), ['7:13 ROTA_ZONE_UNKNOWN']],
    ['another apiVersion', manifest(sound).replace('v1', 'v2'), ['1:13 ROTA_FIELD_VALUE']],
    ['another kind', manifest(sound).replace('Job', 'CronJob'), ['2:7 ROTA_FIELD_VALUE']],
    ['a literal secret', manifest(`${sound}\ncheckin: {url: "https://x", secret: hunter2}`), ['7:39 ROTA_SECRET_LITERAL']],
    [
      'an escaped reference as secret',
      manifest(`${sound}\ncheckin: {url: "https://x", secret: "$\${X}"}`),
      ['7:39 ROTA_SECRET_LITERAL'],
    ],
    ['a shell character', manifest('schedule: "@daily"\ncommand: a | b'), ['6:14 ROTA_COMMAND_LINE']],
    ['an open quote', manifest('schedule: "@daily"\ncommand: a "b'), ['6:14 ROTA_COMMAND_LINE']],
    ['args with a shell', manifest(`${sound}\nshell: true\nargs: [x]`), ['8:9 ROTA_COMMAND_LINE']],
    ['an env name', manifest(`${sound}\nenv: {9A: x}`), ['7:13 ROTA_FIELD_VALUE']],
    ['a reference that is none', manifest(`${sound}\nenv: {A: "\${B:-c}"}`), ['7:13 ROTA_REFERENCE_SYNTAX']],
    ['an open reference', manifest(`${sound}\nenv: {A: "x\${B"}`), ['7:14 ROTA_REFERENCE_SYNTAX']],
    ['a NUL', manifest(`${sound}\nenv: {A: "x\\0y"}`), ['7:12 ROTA_FIELD_VALUE']],
    ['schedule beside on', manifest(`${sound}\non: boot`), ['5:13 ROTA_FIELD_VALUE']],
    ['after without on: apply', manifest(`${sound}\nafter: [x]`), ['7:10 ROTA_FIELD_VALUE']],
    [
      'an alert channel of nobody',
      manifest(`${sound}\nalerts: {channels: [{plugin: matrix}]}`),
      ['7:32 ROTA_ALERT_CHANNEL_UNKNOWN'],
    ],
    ['alerts to nobody', manifest(`${sound}\nalerts: {on: failure}`), ['7:11 ROTA_FIELD_MISSING']],
    ['a tab', manifest(`${sound}\nretry:\n\tenabled: true`).replace('  \tenabled', '\tenabled'), ['8:1 ROTA_MANIFEST_SYNTAX']],
    ['a duplicate key', manifest(`${sound}\ncommand: b`), ['7:3 ROTA_MANIFEST_SYNTAX']],
    ['a tag that means nothing here', manifest(`${sound}\nworkingDir: !secret x`), ['7:15 ROTA_MANIFEST_SYNTAX']],
    ['an empty file', '', ['1:1 ROTA_DECLARATION_EMPTY']],
    ['a file of comments', '# nothing\n---\n# nothing\n', ['1:1 ROTA_DECLARATION_EMPTY']],
    ['a list', '- a\n- b\n', ['1:1 ROTA_FIELD_TYPE']],
    ['a word', 'hello\n', ['1:1 ROTA_FIELD_TYPE']],
    ['an alias to nothing', manifest(`${sound}\nenv: *nowhere`), ['7:8 ROTA_MANIFEST_SYNTAX']],
  ])('%s', async (_, text, places) => {
    expect((await parseManifests(text, 'job.yaml', context)).jobs).toEqual([]);
    expect(await placesOf(text)).toEqual(places);
  });

  test('anchors that explode are refused in little time', async () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let i = 0; i < 12; i++) {
      const [one, next] = [String.fromCharCode(97 + i), String.fromCharCode(98 + i)];
      levels.push(`${next}: &${next} [${Array.from({ length: 9 }, () => `*${one}`).join(', ')}]`);
    }
    const start = performance.now();
    expect(await placesOf(levels.join('\n'))).toEqual(['1:1 ROTA_MANIFEST_TOO_LARGE']);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('nesting beyond reason is refused, not a crash', async () => {
    const codes = (await issuesOf('['.repeat(200_000))).map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(0);
    for (const code of codes) expect(['ROTA_MANIFEST_TOO_LARGE', 'ROTA_MANIFEST_SYNTAX']).toContain(code);
  });

  test('names of Windows devices are refused on Windows only', async () => {
    const text = manifest(sound, 'metadata: {name: com1, tenant: acme}');
    expect(await issuesOf(text)).toEqual([]);
    const windows = { ...context, platform: 'win32' as const };
    expect((await parseManifests(text, 'job.yaml', windows)).issues).toMatchObject([{ code: 'ROTA_FIELD_VALUE', line: 3 }]);
  });

  test('the message about a secret does not repeat it', async () => {
    const [issue] = await issuesOf(manifest(`${sound}\ncheckin: {secret: hunter2}`));
    expect(JSON.stringify(issue)).not.toContain('hunter2');
    expect(issue?.suggestion).toBe('${CHECKIN_SECRET}');
  });

  test('a check-in without an address is accepted with a warning', async () => {
    const { jobs, issues } = await parseManifests(manifest(`${sound}\ncheckin: {}`), 'job.yaml', context);
    expect(jobs).toHaveLength(1);
    expect(issues).toMatchObject([{ severity: 'warning', code: 'ROTA_CHECKIN_WITHOUT_URL', line: 7 }]);
  });
});
