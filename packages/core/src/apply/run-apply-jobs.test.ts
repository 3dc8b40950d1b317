import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { declarationOf } from '../config/declaration-of.ts';
import { createRota } from '../face/create-rota.ts';
import type { Rota } from '../face/rota.ts';
import { createHost } from '../host/create-host.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { folderBackend } from './folder-backend.fixture.ts';

let root: string;
let rota: Rota;
beforeEach(() => {
  root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-apply-jobs-'));
  for (const name of ['machine', 'home']) mkdirSync(join(root, name));
  const host = createHost({
    stateDir: join(root, 'state'),
    timezone: 'UTC',
    user: { name: 'a', uid: 1000, home: join(root, 'home') },
  });
  rota = createRota({ host, backends: [folderBackend('folder', join(root, 'machine'))] });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const trace = () => join(root, 'trace');
const job = (name: string, script: string, after?: string[]) => ({
  name,
  tenant: 'acme',
  on: 'apply' as const,
  command: '/bin/sh',
  args: ['-c', `echo ${name} >> ${trace()}; ${script}`],
  ...(after === undefined ? {} : { after }),
});
const planOf = async (...jobs: ReturnType<typeof job>[]) =>
  rota.plan(await declarationOf(jobs, { host: rota.host, source: 'test' }));
async function apply(...jobs: ReturnType<typeof job>[]) {
  const { applyJobs = [], generation } = await rota.apply(await planOf(...jobs));
  const ran = existsSync(trace()) ? readFileSync(trace(), 'utf8').trim().split('\n') : [];
  rmSync(trace(), { force: true });
  return { results: applyJobs.map(({ name, status }) => `${name}: ${status}`), ran, generation };
}

it('jobs of an apply run in the order of their graph, once for each content', async () => {
  const jobs = [job('c-first', ':'), job('b-second', ':', ['c-first']), job('a-third', ':', ['b-second', 'c-first'])];
  expect(await apply(...jobs)).toEqual({
    results: ['c-first: success', 'b-second: success', 'a-third: success'],
    ran: ['c-first', 'b-second', 'a-third'],
    generation: 1,
  });
  expect(await apply(...jobs)).toEqual({ results: [], ran: [], generation: 1 });
  jobs[1] = job('b-second', 'true', ['c-first']);
  expect(await apply(...jobs)).toMatchObject({ results: ['b-second: success'], ran: ['b-second'], generation: 2 });
  expect((await rota.history({ job: 'b-second' })).map(({ status, trigger }) => `${status} ${trigger}`)).toEqual([
    'success event',
    'success event',
  ]);
});

it('one that fails is tried again by the next apply, is no change of the plan, and what comes after it waits', async () => {
  const flag = join(root, 'flag');
  const jobs = [job('first', `test -e ${flag}`), job('second', ':', ['first']), job('apart', ':')];
  expect(await apply(...jobs)).toEqual({
    results: ['apart: success', 'first: failure', 'second: waiting'],
    ran: ['apart', 'first'],
    generation: 1,
  });
  expect(hasChanges(await planOf(...jobs))).toBe(false);
  expect(await apply(...jobs)).toEqual({ results: ['first: failure', 'second: waiting'], ran: ['first'], generation: 1 });
  writeFileSync(flag, '');
  expect(await apply(...jobs)).toEqual({
    results: ['first: success', 'second: success'],
    ran: ['first', 'second'],
    generation: 1,
  });
});

it('two applies at the same moment run each of them once', async () => {
  const jobs = [job('slow', 'sleep 0.3')];
  const [one, two] = await Promise.all([planOf(...jobs), planOf(...jobs)]);
  const results = await Promise.allSettled([rota.apply(one), rota.apply(two)]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await Promise.all([planOf(...jobs).then((plan) => rota.apply(plan)), planOf(...jobs).then((plan) => rota.apply(plan))]);
  expect(readFileSync(trace(), 'utf8')).toBe('slow\n');
});
