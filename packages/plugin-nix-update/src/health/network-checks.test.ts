import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterFile } from '@rota/test-support';
import { expect, test } from 'vitest';
import { connectionWords } from './connection-words.ts';
import { httpProblem } from './http-problem.ts';
import { tcpProblem } from './tcp-problem.ts';

async function listen(server: Server, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  const port = await listen(server, '127.0.0.1');
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${port}`;
}

test('a page has the status that it is to have, and the words', async () => {
  const at = await serve((request, response) => {
    response.statusCode = request.url === '/moved' ? 302 : 200;
    response.setHeader('location', '/');
    response.end('It works');
  });
  const problem = async (path: string, more: object = {}) =>
    await httpProblem({ http: `http://${at}${path}`, status: 200, ...more });
  expect(await problem('/')).toBeNull();
  expect(await problem('/', { contains: 'works' })).toBeNull();
  expect(await problem('/', { contains: 'fails' })).toBe(`http://${at}/ does not contain "fails".`);
  expect(await problem('/moved')).toBe(`http://${at}/moved answers 302, not 200.`);
  expect(await problem('/moved', { status: 302 })).toBeNull();
});

test('a page that never answers, or never ends, is a problem in time, and one without an end is not read to it', async () => {
  const at = await serve((request, response) => {
    if (request.url === '/silent') return;
    response.write('begun');
    if (request.url === '/endless') {
      const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), () => setImmediate(more)));
      more();
    }
  });
  const problem = async (path: string) => await httpProblem({ http: `http://${at}${path}`, status: 200, contains: 'end' }, 300);
  for (const path of ['/silent', '/slow']) expect(await problem(path)).toMatch(/does not answer: .*(timeout|aborted)/);
  expect(await httpProblem({ http: `http://${at}/endless`, status: 200, contains: 'end' })).toMatch(/does not contain "end"/);
});

test('a port takes connections or does not; one that swallows them is a problem in time', async () => {
  const server = createTcpServer();
  afterFile(() => void server.close());
  // A machine, or a container, may be without IPv6.
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []);
  const host = own.includes('::1') ? '::1' : '127.0.0.1';
  const at = `${host === '::1' ? '[::1]' : host}:${await listen(server, host)}`;
  expect(await tcpProblem(at)).toBeNull();
  await new Promise((resolve) => server.close(resolve));
  expect(await tcpProblem(at)).toMatch(/takes no connection: .*ECONNREFUSED/);
  // RFC 5737: nobody has this address; where its network is refused at once, that is the answer.
  expect(await tcpProblem('192.0.2.1:9', 200)).toMatch(/^192\.0\.2\.1:9 (does not answer within 0\.2 s\.|takes no connection: )/);
});

test('where a name has several addresses, what each of them says is told', () => {
  const each = new AggregateError([new Error('connect ECONNREFUSED ::1:80'), new Error('connect ECONNREFUSED 127.0.0.1:80')]);
  const words = 'connect ECONNREFUSED ::1:80, connect ECONNREFUSED 127.0.0.1:80';
  expect([connectionWords(each), connectionWords(new TypeError('fetch failed', { cause: each }))]).toEqual([words, words]);
});
