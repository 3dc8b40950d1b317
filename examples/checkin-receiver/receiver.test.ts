import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { repositoryRoot, temporaryFolder } from '@rota/test-support';
import { afterAll, expect, test } from 'vitest';
import { rotaProcess } from '../cli/src/testing/rota-process.ts';
// @ts-expect-error it is plain JavaScript, as one would write it
import { checkinReceiver } from './receiver.js';

const day = 86_400_000;
let nowMs = Date.UTC(2026, 5, 1);
const server = checkinReceiver({ secret: 's3cret', now: () => nowMs });
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
const { port }: AddressInfo = server.address();
const base = `http://127.0.0.1:${port}`;
const jobs = async (): Promise<unknown> => {
  const answer = await fetch(`${base}/api/jobs`, { headers: { authorization: 'Bearer s3cret' } });
  const { jobs: list }: { jobs: unknown } = JSON.parse(await answer.text());
  return list;
};

/** The command on a host whose secrets file names this receiver. */
function host(secret: string): ReturnType<typeof rotaProcess> {
  const config = temporaryFolder();
  mkdirSync(join(config, 'rota'));
  writeFileSync(join(config, 'rota', 'secrets.env'), `CHECKIN_URL=${base}/api/checkins\nCHECKIN_SECRET=${secret}\n`, {
    mode: 0o600,
  });
  return rotaProcess(join(repositoryRoot, 'examples/checkin-receiver'), { XDG_CONFIG_HOME: config });
}

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

test('runs report how they ended, and who stays silent is late', async () => {
  const rota = host('s3cret');
  expect(await rota(['apply', '--backend', 'embedded', '--yes'])).toMatchObject({ exitCode: 0 });
  await rota(['run', 'report']);
  await rota(['run', 'broken']);
  // A run does not wait for its check-in.
  await expect.poll(jobs).toMatchObject([
    { job: 'demo/broken', status: 'failure', exitCode: 7, late: false },
    { job: 'demo/report', status: 'success', exitCode: 0, late: false },
  ]);
  nowMs += 2 * day;
  expect(await jobs()).toMatchObject([{ late: true }, { late: true }]);
});

test('a wrong secret is turned away, and the job does not suffer from it', async () => {
  const before = await jobs();
  const rota = host('guessed');
  await rota(['apply', '--backend', 'embedded', '--yes']);
  expect(await rota(['run', 'report'])).toMatchObject({ exitCode: 0 });
  expect(await jobs()).toEqual(before);
  expect((await fetch(`${base}/api/jobs`)).status).toBe(401);
});

test.each([
  ['no JSON', 'x', 400],
  ['no check-in', '{"status":"success"}', 400],
])('%s is refused', async (_, body, status) => {
  const answer = await fetch(`${base}/api/checkins`, { method: 'POST', body, headers: { authorization: 'Bearer s3cret' } });
  expect(answer.status).toBe(status);
});
