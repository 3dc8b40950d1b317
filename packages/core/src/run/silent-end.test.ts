import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { endpoint } from './endpoint.test-support.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

const silent = 'echo "error: the config has a mistake" >&2; exit 1';
const told = 'touch "$ROTA_ALERTS_DONE"; exit 1';

describe('a job that tells of its failures by itself', () => {
  const runs = async (texts: readonly string[]) => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    const alerts: LaunchFile['alerts'] = {
      by: 'job',
      on: ['failure', 'recovery'],
      channels: [{ kind: 'webhook', url: server.url }],
    };
    const events: (readonly unknown[])[] = [];
    for (const text of texts) {
      const from = server.messages().length;
      await rota.run(rota.launchFile({ command: [text], shell: true, alerts }));
      events.push(
        server
          .messages()
          .slice(from)
          .map(({ event }) => event),
      );
    }
    return { rota, server, events };
  };

  it('is told of by the runner when it could not, once until it has ended well, with what it said', async () => {
    const { server, events, rota } = await runs([silent, silent, 'exit 3', 'true', 'true', silent]);
    expect(events).toEqual([['failure'], [], [], ['recovery'], [], ['failure']]);
    expect(server.messages()[0]).toMatchObject({
      text: 'It ended in failure: exit status 1. It could not tell of it by itself. Its last words: error: the config has a mistake',
    });
    expect(rota.spooled()).toEqual([]);
  });

  it('is left alone when it has, and what the runner has told before stays told', async () => {
    const { events, rota } = await runs([told, told, silent, told, silent, 'true', told, 'true']);
    expect(events).toEqual([[], [], ['failure'], [], [], ['recovery'], [], []]);
    expect(nodeFiles.list(rota.layout.runLocks).filter((name) => name.startsWith('alerts-done'))).toEqual([]);
  });

  it('is told of when its program is gone', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    const alerts: LaunchFile['alerts'] = { by: 'job', on: ['failure'], channels: [{ kind: 'webhook', url: server.url }] };
    writeFileSync(join(rota.scratch, 'tool'), '#!/no/such/interpreter\n', { mode: 0o755 });
    for (const command of [['./tool'], ['no-such-program'], ['./tool']]) await rota.run(rota.launchFile({ command, alerts }));
    expect(server.messages()).toMatchObject([
      { event: 'failure', text: expect.stringContaining('The interpreter in the first line') },
    ]);
  });
});
