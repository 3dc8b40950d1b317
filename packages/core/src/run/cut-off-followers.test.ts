import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { ownIdentity } from '../state/process-identity.ts';
import { admitRun } from './admit/admit-run.ts';
import { changeJobState, readJobState } from './admit/job-state.ts';
import { endpoint } from './endpoint.test-support.ts';
import { plainLaunch, runnerUnderTest } from './runner-under-test.test-support.ts';

const key = { tenant: 'acme', name: 'job' };
const leader = '01a22d51-956a-7da5-b47f-5d1125fde8e3';
const hook = fileURLToPath(new URL('./kill-at-step.fixture.cjs', import.meta.url));

/** A job of which a run ended well, whose runner was killed before it had started `follower`; `newcomer` is declared since. */
async function cutOff({ daysAgo = 0 } = {}) {
  const rota = await runnerUnderTest();
  const network = { away: false };
  const server = await endpoint((_, response) => void response.writeHead(network.away ? 503 : 200).end());
  const alerts: LaunchFile['alerts'] = { on: ['failure'], channels: [{ kind: 'webhook', url: server.url }] };
  const followers = ['follower', 'newcomer'].map((name) => ({
    tenant: 'acme',
    name,
    start: null,
    launchFile: rota.launchFile({ name, alerts }),
  }));
  const endedAt = new Date(Date.now() - daysAgo * 86_400_000).toISOString();
  const run = { runId: leader, endedAt, followers: ['acme/follower'] };
  const owner = { pid: 2 ** 22 + 1, startTicks: '1', bootId: null };
  changeJobState(nodeFiles, rota.layout, key, (state) => [{ ...state, following: [{ ...run, owner }] }, undefined]);
  // It starts none of them, since it ends badly.
  const path = rota.launchFile({ command: ['/bin/false'], followers });
  const told = () => rota.records().flatMap(({ name, status }) => (name === 'job' ? [] : [`${name}: ${status}`]));
  return { rota, network, server, path, told };
}

it('a follower that a killed runner had still to start is told of by the next one, and no other', async () => {
  const { rota, server, path, told } = await cutOff();
  await rota.run(path);
  expect(told()).toEqual(['follower: failure']);
  expect(server.messages()).toMatchObject([{ event: 'failure', job_name: 'follower' }]);
  expect(readJobState(nodeFiles, rota.layout, key).following).toEqual([]);
});

it('nothing is recorded of a follower before its alert is kept, which the next runner would take for told', async () => {
  const { rota, server, path, told } = await cutOff();
  writeFileSync(rota.layout.spool, 'in the way');
  await rota.run(path);
  expect([told(), server.messages()]).toEqual([[], []]);
  rmSync(rota.layout.spool);
  await rota.run(path);
  expect(told()).toEqual(['follower: failure']);
  expect(server.messages()).toMatchObject([{ event: 'failure', job_name: 'follower' }]);
});

it('it is told of once, by the next runner too when the one that told was killed between the report and the record', async () => {
  for (let step = 0; ; step++) {
    const { rota, server, path, told } = await cutOff();
    const { code } = await rota.run(path, [], { NODE_OPTIONS: `--require=${hook}`, KILL_AT: String(step) });
    expect(code, 'killed before it came that far').toBe(null);
    if (!rota.spooled().some((name) => name.endsWith('.json'))) continue;
    expect(told()).toEqual([]);
    await rota.run(path);
    expect(told()).toEqual(['follower: failure']);
    const [record] = rota.records().filter(({ name }) => name === 'follower');
    expect(record?.runId).toMatch(/^01a22d51-956a-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(server.messages()).toMatchObject([{ event: 'failure', job_name: 'follower', run_id: record?.runId }]);
    return;
  }
}, 300_000);

it('its alert waits for an endpoint that is away, however long ago the runner was killed', async () => {
  const { rota, network, server, path, told } = await cutOff({ daysAgo: 30 });
  network.away = true;
  const { stderr } = await rota.run(path);
  expect(stderr).not.toContain('dropped');
  expect([told(), rota.spooled().length]).toEqual([['follower: failure'], 1]);
  network.away = false;
  server.received.length = 0;
  await rota.run(rota.launchFile({ name: 'other' }));
  expect(server.messages()).toMatchObject([{ event: 'failure', job_name: 'follower' }]);
});

it('of two runners that find it one alone tells', async () => {
  const { rota } = await cutOff();
  const admit = () =>
    admitRun({
      launch: plainLaunch(rota.scratch),
      layout: rota.layout,
      files: nodeFiles,
      schedule: null,
      cause: { kind: 'event' },
      nowMs: Date.now(),
      owner: ownIdentity(nodeFiles),
      onUnreported: () => undefined,
      takeLocks: () => null,
    });
  expect([admit(), admit()].map((admission) => admission.cutOff.map(({ runId }) => runId))).toEqual([[leader], []]);
});
