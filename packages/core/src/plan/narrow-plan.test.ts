import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bareJob } from '../job/bare-job.ts';
import { narrowPlan } from './narrow-plan.ts';
import type { Plan, PlanAction, PlannedEntry } from './plan.ts';
import { sampleChange, sampleEntry } from './sample-plan.test-support.ts';

const entry = (name: string, team: string, version: number): PlannedEntry =>
  sampleEntry({ ...bareJob(`${version} 2 * * *`, 'UTC'), tenant: 'acme', name, labels: { team } });

const specs = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,4}$/),
    team: fc.constantFrom('web', 'db'),
    action: fc.constantFrom<PlanAction>('create', 'update', 'delete', 'none'),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);

test('a narrowed plan touches only jobs with the labels, deletes nothing, and keeps everything else as it is installed', () => {
  fc.assert(
    fc.property(specs, (jobs) => {
      const installed = jobs.filter(({ action }) => action !== 'create').map(({ name, team }) => entry(name, team, 1));
      const plan: Plan = {
        formatVersion: 1,
        namespace: 'default',
        source: '',
        backend: 'systemd',
        dialects: {},
        base: { generation: 1, digest: '' },
        changes: jobs.map(({ name, action }) => sampleChange(name, action)),
        notForThisHost: [],
        warnings: [],
        summary: { create: 0, update: 0, replace: 0, delete: 0, move: 0, adopt: 0, unchanged: 0, drifted: 0 },
        entries: jobs.filter(({ action }) => action !== 'delete').map(({ name, team }) => entry(name, team, 2)),
        launchFiles: {},
        removalShare: 0.5,
        horizonNow: { fromYear: 2026, toYear: 2035 },
      };
      const narrowed = narrowPlan(plan, { team: 'web' }, installed);
      const expectedChanges = jobs.filter(({ team, action }) => team === 'web' && action !== 'delete').map(({ name }) => name);
      expect(narrowed.changes.map(({ name }) => name)).toEqual(expectedChanges);
      expect(narrowed.summary.delete).toBe(0);
      const versions = new Map(narrowed.entries.map(({ name, job }) => [name, job.trigger]));
      for (const { name, team, action } of jobs) {
        const touched = team === 'web' && action !== 'delete';
        const expression = touched ? '2 2 * * *' : action === 'create' ? undefined : '1 2 * * *';
        expect(versions.get(name)).toEqual(expression === undefined ? undefined : expect.objectContaining({ expression }));
      }
      expect(narrowed.entries).toHaveLength(versions.size);
    }),
  );
});
