import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { expect, test } from 'vitest';
import { rotaProcess } from '../cli/src/testing/rota-process.ts';

test('a job that fails is told of on the topic, with the token of the host', async () => {
  const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  try {
    const { port } = server.address() as AddressInfo;
    const rota = rotaProcess(join(repositoryRoot, 'examples/alert-channel'), {
      PUSH_TOPIC: `http://127.0.0.1:${port}/backups`,
      PUSH_TOKEN: 'tk_secret',
    });
    expect(await rota(['apply', '--backend', 'embedded', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(await rota(['run', 'backup'])).toMatchObject({ exitCode: 1 });
    // The run is over before the last of what was told is.
    await expect
      .poll(() => received, { timeout: 60_000 })
      .toMatchObject([
        {
          body: 'It ended in failure: exit status 28',
          headers: { title: 'demo/backup: failure', priority: 'high', authorization: 'Bearer tk_secret' },
        },
      ]);
  } finally {
    server.close();
  }
});
