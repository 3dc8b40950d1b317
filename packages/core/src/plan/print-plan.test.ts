import { describe, expect, test } from 'vitest';
import { bareJob } from '../job/bare-job.ts';
import type { Change, Plan } from './plan.ts';
import { printPlan } from './print-plan.ts';
import { sampleChange, sampleEntry } from './sample-plan.test-support.ts';
import { summaryOf } from './summary.ts';

const features = { schedule: 'native', retry: 'runner', 'resources.memoryMax': 'refused' } as const;
const change = (name: string, action: Change['action'], more: Partial<Change> = {}): Change =>
  sampleChange(name, action, { features, ...more });

const planOf = (changes: readonly Change[], more: Partial<Plan> = {}): Plan => ({
  formatVersion: 1,
  namespace: 'default',
  source: '/jobs.config.ts',
  backend: 'systemd',
  dialects: {},
  base: { generation: 1, digest: '' },
  changes,
  notForThisHost: [],
  warnings: [],
  summary: summaryOf(changes),
  entries: changes.map(({ tenant, name, backend }) => {
    const job = { ...bareJob('0 2 * * *', 'Europe/Paris'), tenant, name, command: ['/opt/backup.sh', '--all'] };
    return { ...sampleEntry(job), backend };
  }),
  launchFiles: {},
  removalShare: 0.5,
  horizonNow: { fromYear: 2026, toYear: 2035 },
  ...more,
});

describe('printPlan', () => {
  test('shows what a new job is, and who does what', () => {
    expect(printPlan(planOf([change('backup', 'create')]))).toBe(
      [
        '  + acme/backup  (systemd; exact)',
        '      when     0 2 * * *  Europe/Paris',
        '      command  /opt/backup.sh --all',
        '      native   schedule',
        '      runner   retry',
        '      not had  resources.memoryMax',
        '',
        'Plan for namespace default: 1 to create, 0 unchanged.',
        '',
      ].join('\n'),
    );
  });

  test('shows a change field by field, with what was and what will be', () => {
    const differences = [
      { path: 'trigger.expression', before: '0 2 * * *', after: '0 3 * * *' },
      { path: 'timeoutMs', after: 60_000 },
      { path: 'labels.team', before: 'web' },
    ];
    const text = printPlan(planOf([change('backup', 'update', { reasons: ['declaration changed'], differences })]));
    expect(text).toContain('  ~ acme/backup  (systemd; exact; declaration changed)');
    expect(text).toContain('trigger.expression: 0 2 * * * -> 0 3 * * *');
    expect(text).toContain('timeoutMs: + 60000');
    expect(text).toContain('labels.team: - web');
  });

  test('of a job that goes it says why, and nothing of its schedule', () => {
    const going = change('backup', 'delete', { fidelity: null, features: {}, reasons: ['no longer declared'] });
    expect(printPlan(planOf([going]))).toContain('  - acme/backup  (systemd; no longer declared)\n');
  });

  test('has a symbol for each kind of step, and leaves out what stays', () => {
    const steps = (['create', 'update', 'replace', 'delete', 'move', 'none'] as const).map((action) => change(action, action));
    const symbols = printPlan(planOf(steps))
      .split('\n')
      .flatMap((line) => /^(...) acme\/(\w+)/.exec(line)?.slice(1) ?? []);
    expect(symbols).toEqual(['  +', 'create', '  ~', 'update', '-/+', 'replace', '  -', 'delete', '  ~', 'move']);
  });

  test('shows drift, and that it is left alone unless asked', () => {
    const drift = [{ kind: 'edited', detail: 'OnCalendar was changed' }] as const;
    const text = printPlan(planOf([change('backup', 'none', { drift })]));
    expect(text).toContain('edited: OnCalendar was changed');
    expect(text).toContain('--repair');
    expect(text).toContain('Nothing to do in namespace default: 1 unchanged. 1 edited by hand.');
  });

  test('names the jobs of other hosts, the warnings and their remedies', () => {
    const text = printPlan(
      planOf([], {
        notForThisHost: [{ tenant: 'acme', name: 'web', reason: 'it selects the host web1' }],
        warnings: [{ severity: 'warning', message: 'No linger.', remedy: 'loginctl enable-linger' }],
      }),
    );
    expect(text).toContain('Not for this host:\n  acme/web: it selects the host web1');
    expect(text).toContain('Warnings:\n  ! No linger.\n    loginctl enable-linger');
  });

  test('paints only when told to', () => {
    const paint = (text: string) => `<${text}>`;
    const colors = { green: paint, yellow: paint, red: paint, dim: paint, bold: paint };
    const plan = planOf([change('backup', 'create')]);
    expect(printPlan(plan, { colors })).toContain('<  +> <acme/backup>');
    expect(printPlan(plan)).not.toContain('<');
  });

  test('keeps a value on one line within its width', () => {
    const differences = [{ path: 'command', before: 'x\n y', after: 'z'.repeat(200) }];
    const text = printPlan(planOf([change('backup', 'update', { differences })]), { valueWidth: 20 });
    expect(text).toContain(`command: x y -> ${'z'.repeat(17)}...`);
  });
});
