import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, it } from 'vitest';
import { declarationOf } from '../config/declaration-of.ts';
import { embedded } from '../embedded/embedded.ts';
import { createRota } from '../face/create-rota.ts';
import { createHost } from '../host/create-host.ts';
import { openOutputLog, outputFolder } from '../run/attempt/output-log.ts';
import { namespaceLayout } from '../state/layout.ts';
import { followLogs } from './follow-logs.ts';
import { readInstalled } from './read-installed.ts';

async function installed() {
  const host = createHost({ stateDir: temporaryFolder() });
  const rota = createRota({ host, backends: [embedded()] });
  const jobs = [{ tenant: 'acme', name: 'talk', schedule: '0 2 * * *', command: '/bin/true' }];
  await rota.apply(await rota.plan(await declarationOf(jobs, { host, source: 'test' })));
  const [entry] = readInstalled(host, 'default', { job: 'talk' });
  if (entry === undefined) throw new Error('it is not installed');
  return { host, entry, folder: outputFolder(namespaceLayout(host.stateDir, 'default'), entry) };
}

it('gives what there is, what comes, what comes after a rotation, and what later runs write, each byte once', async () => {
  const { host, entry, folder } = await installed();
  const append = (name: string, bytes: Uint8Array | string): void => {
    host.files.makeFolder(folder);
    appendFileSync(join(folder, name), bytes);
  };
  append('run-1.log', 'one\ntwo\nthree\n');
  const coffee = Buffer.from('\u2615\n');
  const steps: (() => void)[] = [
    () => append('run-1.log', coffee.subarray(0, 2)),
    () => append('run-1.log', coffee.subarray(2)),
    () => {
      append('run-1.log', 'last of the old\n');
      host.files.rename(join(folder, 'run-1.log'), join(folder, 'run-1.log.1'));
      append('run-1.log', 'new\n');
    },
    () => append('run-2.log', 'second run\n'),
  ];
  const controller = new AbortController();
  // Each look is followed by the next thing that happens.
  const sleep = async (): Promise<void> => {
    const step = steps.shift();
    if (step === undefined) controller.abort();
    else step();
  };
  let text = '';
  const follow = followLogs({ ...host, sleep }, [], 'default', entry, { lines: 2, signal: controller.signal });
  for await (const piece of follow) text += piece;
  expect(text).toBe('two\nthree\n\u2615\nlast of the old\nnew\nsecond run\n');
});

it('loses no byte to a rotation, however much came before and after it between two looks', async () => {
  // Looks at different places of the log, of a writer that sets it aside at each 100 bytes. The last look comes right after one.
  for (const pieces of [[30, 90], [30, 75, 99], [120], [100], [10, 90], [10, 90, 100], [60, 130], [10, 200, 1], [10, 300, 1]]) {
    const { host, entry, folder } = await installed();
    const log = openOutputLog(folder, 'run-1', { maxBytes: 200, keep: 10 });
    let written = '';
    const steps = pieces.map((length) => () => {
      const text = Array.from({ length }, (_, at) => String.fromCharCode(0x61 + ((written.length + at) % 23))).join('');
      written += text;
      log.write(Buffer.from(text));
    });
    const controller = new AbortController();
    const sleep = async (): Promise<void> => {
      // Longer than a tick of the clock of the file system.
      await new Promise((resolve) => setTimeout(resolve, 20));
      (steps.shift() ?? (() => controller.abort()))();
    };
    let text = '';
    const follow = followLogs({ ...host, sleep }, [], 'default', entry, { lines: 2, signal: controller.signal });
    for await (const piece of follow) text += piece;
    log.close();
    // Of more than one rotation since the last look the log has only what came last, and that is said: also where the last file has the inode of the first.
    const rotated = Math.floor(Math.max(...pieces) / 100);
    const kept =
      rotated > 1
        ? `${written.slice(0, 10)}\nrota: more was written here than the log keeps\n${written.slice((rotated - 1) * 100)}`
        : written;
    expect(text, String(pieces)).toBe(kept);
  }
});

it("gives each line of a scheduler's own log once, also when lines are alike", async () => {
  const { host, entry } = await installed();
  const logs = ['a\n', 'a\na\n', 'a\na\n', 'a\na\nb\na\n', 'b\na\nc\n'];
  const controller = new AbortController();
  const journal = {
    ...embedded(),
    logs: async () => {
      if (logs.length === 1) controller.abort();
      return logs.shift() ?? '';
    },
  };
  let text = '';
  const native = { ...entry, launchFile: null };
  const follow = followLogs({ ...host, sleep: async () => undefined }, [journal], 'default', native, {
    signal: controller.signal,
  });
  for await (const piece of follow) text += piece;
  expect(text).toBe('a\na\nb\na\nc\n');
});
