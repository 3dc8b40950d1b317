import { temporaryFolder } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { createRota } from '../../face/create-rota.ts';
import { household } from '../household.test-support.ts';
import type { Report } from '../report.ts';
import { pageBody } from './page-body.ts';

let full: Report;
let bare: Report;

beforeAll(async () => {
  const { rota, host } = await household(temporaryFolder());
  full = await rota.report();
  bare = await createRota({ host, backends: [], namespace: 'bare' }).report();
});

/** What a reader sees of a page, on one line. */
const textOf = (report: Report): string =>
  pageBody(report)
    .markup.replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

test('the head says what starts next, how the past went and which job ran last', () => {
  const text = textOf(full);
  expect(text).toMatch(/Next start in 6 min/);
  expect(text).toMatch(/7 failures\. Last: home \/ weather , \d+ min ago, success/);
});

test('a machine without jobs is told how to get some, and is neither praised nor given figures of nothing', () => {
  expect(bare.jobs).toEqual([]);
  const text = textOf(bare);
  expect(text).toContain('No jobs are installed here; rota apply installs what is declared.');
  expect(text).not.toMatch(/at most|Last:/);
  expect(pageBody(bare).markup).not.toContain('data-state="good"');
  expect(pageBody(bare).markup).not.toContain('data-state="failure"');
});

test('a job that has not run yet is not said to have never ended well', () => {
  const unrun = full.jobs.filter(({ past }) => past.runs === 0 && past.skipped === 0);
  expect(unrun.map(({ name }) => name)).toEqual(['old-sync']);
  expect(textOf({ ...full, jobs: unrun })).toContain('not run yet');
  const failing = full.jobs.map((job) => ({ ...job, past: { ...job.past, runs: 2, failures: 2, medianMs: null } }));
  expect(textOf({ ...full, jobs: failing })).toContain('never ended well');
});
