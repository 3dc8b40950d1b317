import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../../backend/launch-file.ts';
import { endpoint } from '../endpoint.test-support.ts';
import { runnerUnderTest } from '../runner-under-test.test-support.ts';

const checkin = (url: string): Pick<LaunchFile, 'checkin'> => ({
  checkin: { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' },
});

/** The spool of a job whose report could not be delivered, and its endpoint, which is there again. */
async function waiting() {
  const rota = await runnerUnderTest();
  let away = true;
  const server = await endpoint((_, response) => void response.writeHead(away ? 503 : 200).end());
  await rota.run(rota.launchFile(checkin(server.url)));
  const [name = ''] = rota.spooled();
  away = false;
  server.received.length = 0;
  return { rota, server, name, path: (other: string) => join(rota.layout.spool, other) };
}

describe('the spool', () => {
  it('sends what it can, and names what it cannot read', async () => {
    const { rota, server, name, path } = await waiting();
    // In the way of root, too, as a file of another user is in the way of others; the oldest, so that it is met first.
    const inTheWay = path('000000000000001-run-success.json');
    mkdirSync(inTheWay);
    const { code, stderr } = await rota.run(rota.launchFile({ name: 'other' }));
    expect(server.messages()).toMatchObject([{ job_name: 'job', status: 'success' }]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^rota-run: A report that waits is in the way: EISDIR.*\n$/);
    expect(rota.spooled()).not.toContain(name);
  });

  it('drops a report that was torn, says so, and sends the others', async () => {
    const { rota, server, path } = await waiting();
    writeFileSync(path('000000000000001-run-success.json'), '{"formatVersion":1,"mess');
    const { stderr } = await rota.run(rota.launchFile({ name: 'other' }));
    expect(server.messages()).toMatchObject([{ job_name: 'job' }]);
    expect(stderr).toBe('rota-run: Reports dropped from the spool: 1, for they cannot be understood any more.\n');
    expect(rota.spooled()).toEqual([]);
  });

  it('keeps a thousand reports, drops those that waited longest, and says how many', async () => {
    const { rota, server, name, path } = await waiting();
    const [instant = '', ...rest] = name.split('-');
    const text = rota.readSpooled(name);
    // Of an endpoint that is away for good, so that they stay.
    const stays = text.replaceAll(server.url, 'http://127.0.0.1:9/x');
    for (let number = 1; number <= 1002; number++)
      writeFileSync(path([String(Number(instant) - 10_000 + number).padStart(15, '0'), ...rest].join('-')), stays);
    const { stderr } = await rota.run(rota.launchFile({ name: 'other' }));
    expect(stderr).toBe('rota-run: Reports dropped from the spool: 3, for more than 1000 wait, and they had waited longest.\n');
    const left = rota.spooled();
    // The newest went out; the oldest three are gone.
    expect(left).toHaveLength(999);
    expect(Number(left[0]?.split('-')[0])).toBe(Number(instant) - 10_000 + 4);
    expect(server.messages()).toMatchObject([{ job_name: 'job' }]);
  });
});
