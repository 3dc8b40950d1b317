import { get, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { temporaryFolder } from '@rota/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvents } from '../state/events.ts';
import { household } from './household.test-support.ts';
import type { Report } from './report.ts';
import { type ServedReport, serveReport } from './serve-report.ts';

let current: Report;
let reads = 0;
let served: ServedReport;
const end = new AbortController();

beforeAll(async () => {
  current = await (await household(temporaryFolder())).rota.report();
  served = await serveReport({
    read: async () => {
      reads++;
      return current;
    },
    intervalMs: 50,
    signal: end.signal,
  });
});
afterAll(async () => {
  end.abort();
  await served.closed;
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request(new URL(path, served.url), { method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });

test('it listens on the loopback interface and serves the page with its policy', async () => {
  expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const { status, headers, body } = await ask('/');
  expect(status).toBe(200);
  expect(body).toMatch(/^<!doctype html>[\s\S]*<bdi>attic<\/bdi>/);
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringMatching(/^default-src 'none'; .*connect-src 'self'.*frame-ancestors 'none'$/),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
});

test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1.evil.example', '127.0.0.1:1'])(
  'a request for the host "%s" is refused: a name of another website may lead here',
  async (host) => {
    const { status, body } = await ask('/report.json', { host });
    expect(status).toBe(403);
    expect(body).not.toContain('attic');
  },
);

test('a request that names no host is refused', async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    let text = '';
    socket.on('data', (part) => {
      text += part.toString('utf8');
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
});

test('a page of another origin is refused; the own one and localhost are answered', async () => {
  const { port } = new URL(served.url);
  expect((await ask('/report.json', { origin: 'https://evil.example' })).status).toBe(403);
  expect((await ask('/report.json', { origin: 'null' })).status).toBe(403);
  expect((await ask('/report.json', { origin: `http://127.0.0.1:${port}` })).status).toBe(200);
  expect((await ask('/', { host: `localhost:${port}` })).status).toBe(200);
});

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is refused: it is for reading only', async (method) => {
  const { status, headers } = await ask('/', {}, method);
  expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
});

test('nothing else is there', async () => {
  for (const path of ['/favicon.ico', '/etc/passwd', '/report.json/', '/index.html']) expect((await ask(path)).status).toBe(404);
  expect(await ask('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
});

test('a run that ends is shown at once, however long the interval', async () => {
  const events = createEvents();
  const stop = new AbortController();
  let count = 0;
  const slow = await serveReport({
    read: async () => ({ ...current, host: `reading ${++count}` }),
    intervalMs: 3_600_000,
    events,
    signal: stop.signal,
  });
  const versions = new Set<string>();
  const stream = get(new URL('/events', slow.url), (response) => {
    response.setEncoding('utf8').on('data', (part: string) => {
      for (const [, version = ''] of part.matchAll(/event: report\ndata: (\w+)/g)) versions.add(version);
    });
  }).on('error', () => undefined);
  await expect.poll(() => versions.size).toBe(1);
  events.emit('run:end', { tenant: 'acme', name: 'x', runId: '1', status: 'success' });
  await expect.poll(() => versions.size).toBe(2);
  stream.destroy();
  stop.abort();
  await slow.closed;
});

test('an open stream is told when the data change, and nobody reads when nobody listens', async () => {
  const stream = new Promise<string>((resolve, reject) => {
    const sent = get(new URL('/events', served.url), (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        text += part;
        const versions = new Set([...text.matchAll(/event: report\ndata: (\w+)\n\n/g)].map(([, version]) => version));
        if (versions.size === 1) current = { ...current, host: 'cellar' };
        if (versions.size === 2) {
          sent.destroy();
          resolve(text);
        }
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
  });
  expect(await stream).toContain('event: report');
  expect((await ask('/report.json')).body).toContain('"host":"cellar"');
  // The server hears of the closed connection a little later; then the looking stops.
  let before = reads;
  await expect
    .poll(
      async () => {
        const same = before === reads;
        before = reads;
        return same;
      },
      { interval: 1500, timeout: 30_000 },
    )
    .toBe(true);
});

test('a machine that cannot be read is told of, and the next try may do', async () => {
  const stop = new AbortController();
  let broken = true;
  const other = await serveReport({
    read: async () => {
      if (broken) throw new Error('the state is damaged');
      return current;
    },
    signal: stop.signal,
  });
  const failed = await fetch(other.url);
  expect([failed.status, await failed.text()]).toEqual([500, 'The report cannot be read: the state is damaged\n']);
  broken = false;
  expect((await fetch(other.url)).status).toBe(200);
  stop.abort();
  await other.closed;
});

test('a port that another program has is refused by name', async () => {
  const port = Number(new URL(served.url).port);
  await expect(serveReport({ read: async () => current, port, signal: end.signal })).rejects.toMatchObject({
    code: 'ROTA_REPORT_PORT',
    message: `The report cannot be served on port ${port}: another program has it.`,
  });
});
