import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adoptsAnnotation, parseAdoption, printAdoption } from '../backend/adoption.ts';
import type { ForeignEntry } from '../backend/foreign-entry.ts';
import { createHost } from '../host/create-host.ts';
import { jobContext } from '../job/normalise/job-context.ts';
import { parseReferences } from '../job/normalise/references.ts';
import { parseManifests } from '../job/read/parse-manifests.ts';
import { cronExpressionArbitrary } from '../schedule/cron-expression.arbitrary.ts';
import { firesBetween } from '../schedule/fires-between.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { loadZone } from '../schedule/zone/load-zone.ts';
import { declareEntries, type ImportedEntry } from './declare-entries.ts';
import { jobName, slug, uniqueNames } from './job-name.ts';
import { printConfig, printManifest } from './print-declarations.ts';

const context = jobContext(createHost());
const entryOf = (more: Partial<ForeignEntry> = {}): ForeignEntry => ({
  backend: 'cron',
  id: 'crontab:1',
  owner: 'ann',
  text: '0 2 * * * /opt/backup',
  identity: { key: 'crontab:00112233', digest: '0123456789abcdef' },
  reading: {
    trigger: { kind: 'schedule', expression: '0 2 * * *', timezone: 'Europe/Berlin' },
    command: ['/opt/backup'],
    shell: true,
    env: {},
  },
  ...more,
});
const readingOf = (entry: ForeignEntry): NonNullable<ForeignEntry['reading']> => {
  if (entry.reading === undefined) throw new Error('no reading');
  return entry.reading;
};
const yamlOf = (imported: readonly ImportedEntry[]): string =>
  imported.flatMap(({ manifest, ...rest }) => (manifest === null ? [] : [printManifest({ ...rest, manifest })])).join('---\n');

describe('names', () => {
  test.each([
    [undefined, ['/usr/local/bin/backup.sh --all'], 'backup'],
    [undefined, ['/usr/bin/php /var/www/html/cron.php'], 'cron'],
    [undefined, ['cd /srv/app && ./bin/rake db:clean >/dev/null 2>&1'], 'rake'],
    [undefined, ['FOO=bar flock -n /tmp/l /usr/bin/env python3 -u sync_mail.py'], 'sync-mail'],
    [undefined, ['[ -x /usr/sbin/x ] && /usr/sbin/x'], 'x'],
    [undefined, ['"/opt/My App/run"'], 'my'],
    [undefined, ['/usr/bin/python3'], 'python3'],
    ['Nightly Backup (héllo)', ['x'], 'nightly-backup-hello'],
    ['restic@home.timer', ['x'], 'restic-home'],
    ['日本', ['/opt/x'], 'x'],
    [undefined, ['>:'], 'job'],
  ])('of %s %j', (name, command, expected) => expect(jobName(name, command)).toBe(expected));

  test('are unique and stay valid', () => {
    expect(uniqueNames(['a', 'b', 'a', 'a-2', 'a'], ['b'])).toEqual(['a', 'b-2', 'a-2', 'a-2-2', 'a-3']);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { maxLength: 8 }), (texts) => {
        const names = uniqueNames(texts.map((text) => jobName(text, [text])));
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
        for (const text of texts) expect(slug(slug(text))).toBe(slug(text));
      }),
    );
  });
});

test('an adoption is read back, whatever its key', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.stringMatching(/^[0-9a-f.]{1,20}$/), (key, digest) => {
      const adoption = { backend: 'systemd', key, digest };
      expect(parseAdoption(printAdoption(adoption))).toEqual(adoption);
    }),
  );
  expect(parseAdoption('anything')).toBeUndefined();
  expect(parseAdoption(undefined)).toBeUndefined();
});

describe('declarations', () => {
  test('say where they come from and what is lacking', () => {
    const imported = declareEntries(
      [
        entryOf({ description: 'Nightly: "all" of it', notes: ['cron mails its output to\nroot.'] }),
        entryOf({ id: 'crontab:2' }),
      ],
      { tenant: 'ann' },
    );
    expect(yamlOf(imported)).toBe(`# Imported from cron crontab:1.
# Note: cron mails its output to root.
apiVersion: v1
kind: Job
metadata:
  name: backup
  tenant: ann
  annotations:
    description: "Nightly: \\"all\\" of it"
    rota/adopts: "cron:crontab:00112233@0123456789abcdef"
spec:
  schedule: "0 2 * * *"
  timezone: Europe/Berlin
  command: /opt/backup
  shell: true
---
# Imported from cron crontab:2.
apiVersion: v1
kind: Job
metadata:
  name: backup-2
  tenant: ann
  annotations:
    rota/adopts: "cron:crontab:00112233@0123456789abcdef"
spec:
  schedule: "0 2 * * *"
  timezone: Europe/Berlin
  command: /opt/backup
  shell: true
`);
    expect(printConfig(imported.slice(1), 'ann')).toBe(`import { defineConfig, defineJob } from '@rota/core';

export default defineConfig({
  tenant: 'ann',
  jobs: [
    // Imported from cron crontab:2.
    defineJob({
      name: 'backup-2',
      annotations: {
        'rota/adopts': 'cron:crontab:00112233@0123456789abcdef',
      },
      schedule: '0 2 * * *',
      timezone: 'Europe/Berlin',
      command: '/opt/backup',
      shell: true,
    }),
  ],
});
`);
  });

  test('are not made of what is somebody else’s, unless asked; then they are not enabled', async () => {
    const theirs = entryOf({ notAdoptable: 'Ansible manages it.' });
    const [left] = declareEntries([theirs], { tenant: 'ann' });
    expect(left).toMatchObject({ manifest: null, left: 'Ansible manages it.' });
    const all = declareEntries([theirs], { tenant: 'ann', all: true });
    const { jobs, issues } = await parseManifests(yamlOf(all), 'x.yaml', context);
    expect(issues).toEqual([]);
    expect(jobs[0]?.enabled).toBe(false);
    expect(jobs[0]?.annotations[adoptsAnnotation]).toBeUndefined();
    const never = entryOf({ reading: { ...readingOf(entryOf()), trigger: null }, notes: ['It never fires.'] });
    expect(declareEntries([never], { tenant: 'ann', all: true })[0]).toMatchObject({ manifest: null, left: 'It never fires.' });
    const blank = entryOf({ reading: { ...readingOf(entryOf()), shell: false, command: [' ', 'x'] } });
    expect(declareEntries([blank], { tenant: 'ann', all: true })[0]).toMatchObject({
      manifest: null,
      left: 'Its command names no program.',
    });
  });

  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom(
      'yes',
      '0755',
      '- a',
      '# no',
      'a: b',
      'it\'s "quoted"',
      'tab\there',
      '${HOME}',
      '$${x}',
      ' lead',
      'trail ',
      'two\nlines\n',
      '~',
      '!x',
      '*',
      '\u0085\u2028\u007f',
      '\u00e9',
    ),
  );
  const plainText = text.filter((value) => !value.includes('\0'));
  const reading = fc.record(
    {
      trigger: fc.oneof(
        fc.record({
          kind: fc.constant('schedule' as const),
          expression: cronExpressionArbitrary().filter((expression) => context.scheduleError(expression) === undefined),
          timezone: fc.constantFrom('Europe/Berlin', 'UTC', 'America/New_York', 'Australia/Lord_Howe'),
        }),
        fc.constant({ kind: 'boot' as const }),
      ),
      shell: fc.boolean(),
      command: fc
        .tuple(
          plainText.filter((program) => program.trim() !== ''),
          fc.array(plainText, { maxLength: 3 }),
        )
        .map(([program, args]) => [program, ...args]),
      env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/), plainText, { maxKeys: 3, noNullPrototype: true }),
      workingDir: plainText,
      timeoutMs: fc.integer({ min: 1, max: 10_000 }).map((seconds) => seconds * 1000),
      persistent: fc.boolean(),
    },
    { requiredKeys: ['trigger', 'shell', 'command', 'env'] },
  );

  test('are loaded again as what was read, with the same fire times, from YAML', async () => {
    await fc.assert(
      fc.asyncProperty(reading, fc.option(plainText, { nil: undefined }), async (read, name) => {
        const command = read.shell ? read.command.slice(0, 1) : read.command;
        const entry = entryOf({
          reading: { ...read, command },
          ...(name === undefined ? {} : { name, description: name }),
          notes: [...command],
        });
        const { jobs, issues } = await parseManifests(yamlOf(declareEntries([entry], { tenant: 'ann' })), 'x.yaml', context);
        expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
        const [job] = jobs;
        if (job === undefined) throw new Error('no job');
        expect(job.command).toEqual(command);
        expect(job.shell).toBe(read.shell);
        const literal = Object.entries(job.env).map(([key, value]) => {
          const parsed = parseReferences(value);
          return [key, parsed.ok ? parsed.parts.map((part) => (part.kind === 'text' ? part.text : '?')).join('') : '?'];
        });
        expect(Object.fromEntries(literal)).toEqual(read.env);
        // A folder of that name: the tilde alone would be the home.
        expect(job.workingDir).toBe(read.workingDir?.replace(/^~/, './~'));
        expect(job.timeoutMs).toBe(read.timeoutMs);
        if (name !== undefined) expect(job.annotations.description).toBe(name);
        expect(job.trigger).toEqual(read.trigger);
        if (job.trigger.kind !== 'schedule' || read.trigger.kind !== 'schedule') return;
        const fires = ({ expression, timezone }: { expression: string; timezone: string }) =>
          firesBetween(defineSchedule(expression, loadZone(timezone)), 1_800_000_000, 1_801_000_000);
        expect(fires(job.trigger)).toEqual(fires(read.trigger));
      }),
      { numRuns: process.env.ROTA_LONG ? 5000 : 300 },
    );
  });

  test('are the same text as TypeScript, which a JavaScript engine reads back', async () => {
    await fc.assert(
      fc.asyncProperty(reading, async (read) => {
        const command = read.shell ? read.command.slice(0, 1) : read.command;
        const imported = declareEntries([entryOf({ reading: { ...read, command }, notes: [...command] })], { tenant: 'ann' });
        const source = printConfig(imported, 'ann')
          .replace(/^import .*\n/, 'const defineConfig = (x) => x; const defineJob = (x) => x;\n')
          .replace('export default', 'return');
        const config: unknown = new Function(source)();
        const { name, annotations } = imported[0]?.manifest?.metadata ?? { name: '' };
        expect(config).toEqual({ tenant: 'ann', jobs: [{ name, annotations, ...imported[0]?.manifest?.spec }] });
      }),
      { numRuns: 300 },
    );
  });
});
