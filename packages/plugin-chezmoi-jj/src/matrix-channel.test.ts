import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertMessage } from '@rota/core';
import { afterFile } from '@rota/test-support';
import { expect, test } from 'vitest';
// @ts-expect-error: the runner imports it as it is, so it is JavaScript.
import { send } from './matrix-channel.js';

const message: AlertMessage = {
  event: 'failure',
  tenant: 'home',
  job_name: 'chezmoi-sync',
  host: 'desk',
  run_id: 'r1',
  status: null,
  exit_code: null,
  scheduled_at: null,
  text: 'rota chezmoi: host/desk-1 is conflicted: .zshrc',
  output: '',
  about: {},
};
const token = 'syt_YWRh_secret';

interface Request {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A home server that takes the token and knows one room, and answers errors as the specification has them. */
async function homeServer(): Promise<{ readonly url: string; readonly received: Request[] }> {
  const received: Request[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: JSON.parse(body) });
      const known = headers.authorization === `Bearer ${token}`;
      const inRoom = url?.startsWith('/_matrix/client/v3/rooms/!abc%3Aexample.org/') === true;
      const [status, answer] = !known
        ? [401, { errcode: 'M_UNKNOWN_TOKEN', error: `Invalid access token ${headers.authorization}` }]
        : inRoom
          ? [200, { event_id: '$1' }]
          : [403, { errcode: 'M_FORBIDDEN', error: 'You are not invited.' }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const { signal } = new AbortController();

test('an alert is a text message in the room, sent as the client-server API has it', async () => {
  const { url, received } = await homeServer();
  await send(message, { options: { homeserver: `${url}/`, room: '!abc:example.org', token }, signal });
  expect(received).toEqual([
    expect.objectContaining({
      method: 'PUT',
      url: expect.stringMatching(
        /^\/_matrix\/client\/v3\/rooms\/!abc%3Aexample\.org\/send\/m\.room\.message\/rota-[0-9a-f]{32}$/,
      ),
      headers: expect.objectContaining({ authorization: `Bearer ${token}`, 'content-type': 'application/json' }),
      body: {
        msgtype: 'm.text',
        body: 'failure: home/chezmoi-sync on desk\nrota chezmoi: host/desk-1 is conflicted: .zshrc',
      },
    }),
  ]);
});

test('the same alert has the same transaction id, so that a home server shows it once; another one has another', async () => {
  const { url, received } = await homeServer();
  const context = { options: { homeserver: url, room: '!abc:example.org', token }, signal };
  await send(message, context);
  await send(message, context);
  await send({ ...message, event: 'recovery' }, context);
  const [first, again, other] = received.map((request) => request.url);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

test.each([
  [{ room: '!other:example.org', token }, /answered 403 M_FORBIDDEN$/],
  [{ room: '!abc:example.org', token: 'syt_wrong' }, /answered 401 M_UNKNOWN_TOKEN$/],
  [{ room: '!abc:example.org' }, /the option token is not given/],
])('what a home server refuses is said with its code, and without the token (%#)', async (options, problem) => {
  const { url } = await homeServer();
  const sending = send(message, { options: { homeserver: url, ...options }, signal });
  await expect(sending).rejects.toThrow(problem);
  await expect(sending).rejects.not.toThrow(/syt_/);
});
