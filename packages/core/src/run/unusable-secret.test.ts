import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endpoint } from './endpoint.test-support.ts';
import { type RunnerUnderTest, runnerUnderTest } from './runner-under-test.test-support.ts';

const secret = 'tok3n-0123456789';

it.each([
  ['a file in UTF-16, as `>` of PowerShell writes it', '${file:token}', 'The file .*/token'],
  ['the output of a command', '${command:cat token}', 'The output of cat'],
])('a secret with NUL (%s) fails the run by name, and is told in no way of spelling it', async (_, reference, named) => {
  const rota = await runnerUnderTest();
  const server = await endpoint();
  writeFileSync(join(rota.scratch, 'token'), Buffer.from(`\ufeff${secret}\r\n`, 'utf16le'), { mode: 0o600 });
  const launch = rota.launchFile({
    command: ['touch', 'started'],
    env: { PATH: '/usr/bin:/bin', TOKEN: reference },
    checkin: { enabled: true, url: server.url, timeoutMs: 3_600_000, format: 'json', start: true, by: 'runner' },
    alerts: {
      on: ['failure'],
      channels: [
        { kind: 'webhook', url: server.url },
        { kind: 'command', command: ['sh', '-c', 'cat >told'] },
      ],
    },
    hooks: { before: [['true']], onSuccess: [], onFailure: [['true']], always: [['true']] },
  });
  const { code, stdout, stderr } = await rota.run(launch);
  expect(code).toBe(78);
  expect(rota.records()).toMatchObject([
    { status: 'failure', attempts: 0, reason: expect.stringMatching(`^${named} holds a NUL character`) },
  ]);
  expect(server.messages().map(({ status }) => status)).toEqual(['failure', 'failure']);
  expect(readdirSync(rota.scratch).sort()).toEqual(['token', 'told']);
  const written = [stdout, stderr, ...server.received.map(({ body }) => body), readFileSync(join(rota.scratch, 'told'), 'utf8')];
  for (const text of [...written, ...texts(rota)]) {
    // As bytes, as the escapes of JSON, of JavaScript, and of both.
    const plain = text.replaceAll(/\\*(?:u0000|x00)|\0/g, '');
    expect(plain).not.toContain(secret);
  }
});

it('a secrets file that cannot be read fails the run by its name, once', async () => {
  const rota = await runnerUnderTest();
  // No right is needed to see it, so that root is refused too.
  mkdirSync(join(rota.scratch, 'secrets.env'));
  const launch = rota.launchFile({ env: { PATH: '/bin', TOKEN: '${TOKEN}' } });
  for (const time of [1, 2]) expect((await rota.run(launch)).code, `run ${time}`).toBe(78);
  expect(rota.records().map(({ status, reason }) => [status, reason])).toEqual(
    [1, 2].map(() => ['failure', expect.stringMatching(/^The secrets file .*\/secrets\.env cannot be read: EISDIR/)]),
  );
});

it('an alert goes out for a job whose last words hold NUL', async () => {
  const rota = await runnerUnderTest();
  const launch = rota.launchFile({
    command: [`printf 'one\\0two\\n'; exit 1`],
    shell: true,
    alerts: {
      on: ['failure'],
      by: 'job',
      channels: [{ kind: 'command', command: ['sh', '-c', 'echo "$ROTA_ALERT_TEXT" >told'] }],
    },
  });
  expect(await rota.run(launch)).toMatchObject({ code: 1, stderr: '' });
  expect(readFileSync(join(rota.scratch, 'told'), 'utf8')).toContain('Its last words: onetwo');
});

function texts({ stateDir }: RunnerUnderTest): readonly string[] {
  const entries = readdirSync(stateDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}
