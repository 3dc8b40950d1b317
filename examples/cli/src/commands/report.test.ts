import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

async function installed() {
  const workplace = cliWorkplace();
  workplace.write('jobs/a.yaml', manifest('nightly', { timezone: 'Asia/Kolkata' }, { team: 'web' }));
  workplace.write('jobs/b.yaml', manifest('broken', { schedule: '0 4 * * *', command: '/bin/sh -c "echo oh no; exit 3"' }));
  const applied = await workplace.call(['apply', 'jobs', '--backend', 'embedded', '--yes']);
  expect(applied.exitCode, applied.stderr).toBe(0);
  await workplace.call(['run', 'broken']);
  return workplace;
}

test('the data of a report keep to the committed schema and say what ran, what failed and what it wrote', async () => {
  const { call } = await installed();
  const { exitCode, json } = await call(['report', '--json']);
  expect(exitCode).toBe(0);
  expectSchema('report', json());
  expect(json()).toMatchObject({
    namespace: 'default',
    jobs: [
      {
        name: 'broken',
        state: 'failed',
        lastRun: { status: 'failure', exitCode: 3 },
        past: { runs: 1, failures: 1 },
        output: 'oh no\n',
      },
      {
        name: 'nightly',
        timezone: 'Asia/Kolkata',
        ahead: { starts: 7, colliding: 0 },
        past: { runs: 0 },
        features: { schedule: 'native' },
      },
    ],
    month: { runs: 1, failures: [{ name: 'broken' }] },
  });
  const attention = json().attention as readonly { readonly subject: string; readonly remedy?: string }[];
  expect(attention).toContainEqual(
    expect.objectContaining({ severity: 'error', subject: 'acme/broken', remedy: 'rota logs acme/broken' }),
  );
});

test('labels narrow it, and --no-output leaves out what failed runs wrote', async () => {
  const { call } = await installed();
  const narrowed = (await call(['report', '-l', 'team=web', '--json'])).json();
  expect(narrowed).toMatchObject({ labels: { team: 'web' }, jobs: [{ name: 'nightly' }], month: { runs: 0 } });
  const silent = await call(['report', '--no-output']);
  expect(silent.stdout).toContain('acme/broken');
  expect(silent.stdout).not.toContain('oh no');
});

test('off a terminal the page goes to standard output; --out writes a file that only its owner reads', async () => {
  const { call, folder } = await installed();
  const page = await call(['report']);
  expect(page.exitCode).toBe(0);
  expect(page.stdout).toMatch(/^<!doctype html>[\s\S]*oh no[\s\S]*<\/html>\n$/);
  const written = await call(['report', '--out', 'week.html']);
  expect([written.exitCode, written.stdout, written.stderr]).toEqual([0, '', 'Wrote week.html.\n']);
  const file = join(folder, 'week.html');
  expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>/);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  const seen = await call(['report'], { cwd: folder, outIsTerminal: true });
  expect(seen.stderr).toBe('Wrote rota-report.html.\n');
});

test('--serve prints where, serves this machine, and ends with the command', async () => {
  const { call } = await installed();
  const interruption = new AbortController();
  let stdout = '';
  const out = (text: string): void => {
    stdout += text;
  };
  const ended = call(['report', '--serve'], { signal: interruption.signal, out });
  await expect.poll(() => stdout, { timeout: 60_000 }).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  const url = stdout.trim();
  expect(await (await fetch(url)).text()).toContain('broken');
  expect((await fetch(new URL('report.json', url))).headers.get('content-type')).toBe('application/json');
  interruption.abort();
  expect((await ended).exitCode).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test.each([
  [['--port', '8080'], /--port goes with --serve/],
  [['--serve', '--out', 'x.html'], /one of --serve and --out/],
  [['--serve', '--port', '70000'], /port from 1 to 65535/],
])('%j is refused', async (options, message) => {
  const { exitCode, stderr } = await cliWorkplace().call(['report', ...options]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(message);
});

test('a machine without jobs has a report that says so', async () => {
  const { stdout, exitCode } = await cliWorkplace().call(['report']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('No jobs are installed here; ');
  expect(stdout).toContain('Nothing needs you.');
});
