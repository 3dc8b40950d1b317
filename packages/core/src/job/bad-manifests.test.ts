import { describe, expect, test } from 'vitest';
import { context, issuesOf, manifest, placesOf, sound } from './manifest-text.test-support.ts';
import { parseManifests } from './read/parse-manifests.ts';

const state = (more: string): string => manifest(`${sound}\nstate:\n  roots: [{name: data, path: /srv/data}]\n  ${more}`);

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
    ['a service of no known shape', state('stop: [{systemd: x.service}]'), ['9:12 ROTA_FIELD_TYPE']],
    [
      'a service that is not whole',
      state('stop: [{name: x, stop: x, scope: user}]'),
      ['9:12 ROTA_FIELD_MISSING', '9:12 ROTA_FIELD_MISSING', '9:31 ROTA_FIELD_UNKNOWN'],
    ],
    ['a unit of a third kind of manager', state('stop: [{unit: x, scope: root}]'), ['9:29 ROTA_FIELD_VALUE']],
    ['a hook of blanks', manifest(`${sound}\nhooks:\n  before: [[' ', x]]`), ['8:14 ROTA_COMMAND_LINE']],
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
    [
      'a literal secret of an alert channel',
      manifest(`${sound}\nalerts: {channels: [{plugin: pager, options: {to: ada, pin: "1234"}}]}`),
      ['7:63 ROTA_SECRET_LITERAL'],
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
    expect(performance.now() - start).toBeLessThan(60_000);
  });

  test('a saved plan is named as one', async () => {
    const issues = await issuesOf('{"formatVersion": 1, "namespace": "default", "changes": []}');
    expect(issues).toMatchObject([{ line: 1, message: expect.stringContaining('rota apply --plan job.yaml') }]);
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
