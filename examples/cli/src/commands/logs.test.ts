import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

const embedded = ['--backend', 'embedded', '--json'];

test('logs -f shows what a job writes while it runs, and ends when interrupted', async () => {
  const { write, call, folder } = cliWorkplace();
  const go = join(folder, 'go');
  const script = `echo first; while [ ! -e ${go} ]; do sleep 0.05; done; echo second`;
  write('jobs/talk.yaml', manifest('talk', { command: '/bin/sh', args: ['-c', script] }));
  expect((await call(['apply', 'jobs', ...embedded])).exitCode).toBe(0);
  const controller = new AbortController();
  let shown = '';
  const follow = call(['logs', 'talk', '-f'], {
    signal: controller.signal,
    out: (text) => {
      shown += text;
      // What comes next is only written when this has been shown.
      if (shown.includes('first')) writeFileSync(go, '');
      if (shown.includes('second')) controller.abort();
    },
  });
  expect((await call(['run', 'talk', '--json'])).exitCode).toBe(0);
  expect((await follow).exitCode).toBe(0);
  expect(shown).toBe('first\nsecond\n');
});

test('history passes over a torn record, says so, and shows the others', async () => {
  const { write, call, home } = cliWorkplace();
  write('jobs/talk.yaml', manifest('talk'));
  await call(['apply', 'jobs', ...embedded]);
  await call(['run', 'talk', '--json']);
  const runs = join(home, '.local/state/rota/namespaces/default/runs');
  appendFileSync(join(runs, readdirSync(runs)[0] ?? ''), '{"tenant":"acme","name":"ta');
  await call(['run', 'talk', '--json']);
  const { runs: found, damaged } = (await call(['history', '--json'])).json();
  expect({ found, damaged }).toMatchObject({ found: [{ status: 'success' }, { status: 'success' }], damaged: 1 });
  expectSchema('history', { formatVersion: 1, runs: found, damaged });
  const text = await call(['history']);
  expect(text.stderr).toContain('Passed over 1 damaged or torn line of the history.');
  expect((await call(['status', '--json'])).json()).toMatchObject({
    jobs: [{ state: 'waiting', lastRun: { status: 'success' } }],
  });
});
