import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';

const terminal = { outIsTerminal: true, inIsTerminal: true, errIsTerminal: true };
const apply = ['apply', 'a.yaml', '--backend', 'embedded'];

test('on a terminal an apply shows the plan in colour, asks, and changes nothing without a yes', async () => {
  const { write, call } = cliWorkplace();
  write('a.yaml', manifest('a'));
  const questions: string[] = [];
  const ask = (answer: string) => async (question: string) => {
    questions.push(question);
    return answer;
  };
  const refused = await call(apply, { ...terminal, ask: ask('n') });
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Nothing was changed.') });
  expect(refused.stdout).toContain('\u001b[32m  +\u001b[39m');
  expect(questions).toEqual(['Make these changes on embedded? [y/N] ']);
  expect((await call(['status', '--json'])).json().jobs).toEqual([]);

  expect((await call(apply, { ...terminal, ask: ask('y') })).exitCode).toBe(0);
  expect((await call(['status', '--json'])).json().jobs).toHaveLength(1);
  // Nothing to do: nothing to ask.
  expect((await call(apply, { ...terminal, ask: ask('no question expected') })).exitCode).toBe(0);
  expect(questions).toHaveLength(2);
  expect((await call(['destroy'], { ...terminal, ask: ask('') })).exitCode).toBe(1);
  expect((await call(['destroy', '--yes'], terminal)).exitCode).toBe(0);
});

test('NO_COLOR and a pipe turn colour off', async () => {
  const { write, call, home } = cliWorkplace();
  write('a.yaml', manifest('a'));
  const plan = ['plan', 'a.yaml', '--backend', 'embedded'];
  expect((await call(plan)).stdout).not.toContain('\u001b');
  const env = { PATH: process.env.PATH ?? '', HOME: home, NO_COLOR: '1' };
  expect((await call(plan, { ...terminal, env })).stdout).not.toContain('\u001b');
  expect((await call(plan, terminal)).stdout).toContain('\u001b');
});

test('an interrupted wait ends the command, not the job', async () => {
  const { folder, write, call } = cliWorkplace();
  const [begun, hold] = [join(folder, 'begun'), write('hold', '')];
  const script = `: >${begun}; while [ -e ${hold} ]; do sleep 0.05; done`;
  write('a.yaml', manifest('slow', { command: '/bin/sh', args: ['-c', script] }));
  await call(['apply', 'a.yaml', '--backend', 'embedded', '--json']);
  const interruption = new AbortController();
  const answer = call(['run', 'slow', '--json'], { signal: interruption.signal });
  await expect.poll(() => existsSync(begun), { timeout: 60_000 }).toBe(true);
  interruption.abort();
  // The job does not end before it is answered.
  const result = await answer;
  expect(result.exitCode).toBe(1);
  expect(result.json()).toMatchObject({
    error: { message: 'The wait for the end of acme/slow was interrupted; the job was not.' },
  });
  rmSync(hold);
  const runs = async () => (await call(['history', 'slow', '--json'])).json().runs;
  await expect.poll(runs, { timeout: 60_000 }).toMatchObject([{ status: 'success' }]);
});
