import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createHost } from '@rota/core';
import { expect, onTestFinished, test } from 'vitest';
import type { UpdateReport } from '../report.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { isNews, notify } from './notify.ts';

const offline = sampleReport('failed', 'network');
const broken = sampleReport('failed', 'evaluation');
const good = sampleReport('updated');
const later = sampleReport('deferred', 'precondition');
const heldUp = sampleReport('deferred', 'busy');

test.each<[string, UpdateReport, readonly UpdateReport[], boolean]>([
  ['a good night', good, [good], false],
  ['a failure that does not mend itself', broken, [good], true],
  ['a rollback', sampleReport('rolled-back', 'health'), [], true],
  ['the first night offline', offline, [good], false],
  ['the third night offline', offline, [good, offline, offline], true],
  ['a run that was put off', later, [broken], false],
  ['the first good night after a failure', good, [good, broken], true],
  ['the same with a night between that was put off', sampleReport('unchanged'), [broken, later], true],
  ['the second good night after a failure', good, [broken, good], false],
  ['the second night that another switch holds up', heldUp, [good, heldUp], false],
  ['the third night that another switch holds up', heldUp, [heldUp, heldUp], true],
  ['the third one, after a night that was put off for something else', heldUp, [heldUp, heldUp, later], false],
  [
    'the first good night after three that were held up, and one that was put off',
    good,
    [good, heldUp, heldUp, heldUp, later],
    true,
  ],
  ['a good night after two that were held up', good, [good, heldUp, heldUp], false],
  ['a good night after one offline, of which nobody was told', good, [good, offline], false],
])('%s', (_, latest, earlier, expected) => {
  expect(isNews(latest, earlier)).toBe(expected);
});

test('a webhook gets the class, a sentence and the report; one that refuses is a warning that does not tell its address', async () => {
  const taken: unknown[] = [];
  const server = createServer(async (request, response) => {
    taken.push([request.method, request.headers['content-type'], JSON.parse(await text(request))]);
    response.writeHead(request.url === '/closed/t0ken' ? 403 : 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const told = async (path: string) =>
    await notify({
      host: createHost({ hostname: 'hub' }),
      settings: { notify: { webhook: `http://127.0.0.1:${port}${path}` } },
      report: broken,
      earlier: [good],
    });
  expect(await told('/t0ken')).toBeNull();
  const message = {
    event: 'failure',
    host: 'hub',
    status: 'failed',
    class: 'evaluation',
    text: expect.stringContaining('hub ended as failed'),
  };
  expect(taken).toEqual([['POST', 'application/json', { ...message, report: broken }]]);
  const refused = await told('/closed/t0ken');
  expect(refused).toContain('403');
  server.close();
  server.closeAllConnections();
  const gone = await told('/t0ken');
  expect(gone).toContain('not reached');
  expect(`${refused}${gone}`).not.toContain('t0ken');
});
