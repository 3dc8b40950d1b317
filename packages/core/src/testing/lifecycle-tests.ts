import assert from 'node:assert/strict';
import type { BackendChange, Installed } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { compileSample, sampleInput } from './compile-sample.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import { sampleJob } from './sample-job.ts';
import type { TestFunctions } from './test-functions.ts';

/** Entries on a real host: created, listed, repeated, changed, turned round, removed. */
export function lifecycleTests({ describe, it }: TestFunctions, options: BackendConformanceOptions): void {
  const { backend, dialect, makeHost } = options;
  const { native } = backend.capabilities(dialect);
  const step = (before: Job | null, after: Job | null, context: object = {}): BackendChange => {
    const { tenant, name } = after ?? before ?? sampleJob('none');
    const artifact = (job: Job | null) => (job === null ? null : compileSample({ ...options, ...context }, job).artifact);
    return { tenant, name, before: artifact(before), after: artifact(after), handledUntil: Math.floor(Date.now() / 1000) };
  };
  const apply = async (host: Host, changes: readonly BackendChange[], namespace = 'default'): Promise<void> => {
    await backend.apply(host, { namespace, changes, dialect });
  };
  const foreign = async (host: Host): Promise<string> => (await options.foreign?.(host)) ?? '';
  const a = sampleJob('a');
  const b = sampleJob('b');
  const changed = sampleJob('a', { trigger: { kind: 'schedule', expression: '15 3 * * *', timezone: 'UTC' } });

  describe('its entries', () => {
    it('are none at first', async () => {
      assert.deepEqual(await installed(options, await makeHost(), []), []);
    });

    it('are there after apply with their digests, and others are untouched', async () => {
      const host = await makeHost();
      const before = await foreign(host);
      const steps = [step(null, a), step(null, b)];
      await apply(host, steps);
      assert.deepEqual(await installed(options, host, steps), asInstalled(steps));
      assert.equal(await foreign(host), before);
      await apply(host, steps.map(inverted));
    });

    it('are the same when a batch is made twice, or its rest after a part', async () => {
      const host = await makeHost();
      const steps = [step(null, a), step(null, b)];
      await apply(host, steps.slice(0, 1));
      await apply(host, steps);
      const once = await installed(options, host, steps);
      await apply(host, steps);
      assert.deepEqual(await installed(options, host, steps), once);
      assert.deepEqual(once, asInstalled(steps));
      await apply(host, steps.map(inverted));
    });

    it('change and go in one batch, and a batch turned round takes everything back', async () => {
      const host = await makeHost();
      const before = await foreign(host);
      const first = [step(null, a), step(null, b)];
      const second = [step(a, changed), step(b, null)];
      await apply(host, first);
      await apply(host, second);
      assert.deepEqual(await installed(options, host, second), asInstalled(second));
      await apply(host, second.map(inverted));
      assert.deepEqual(await installed(options, host, first), asInstalled(first));
      await apply(host, first.map(inverted));
      await apply(host, first.map(inverted));
      assert.deepEqual(await installed(options, host, []), []);
      assert.equal(await foreign(host), before);
    });

    it('of two namespaces do not touch each other', async () => {
      const host = await makeHost();
      const one = [step(null, a, { namespace: 'one' })];
      const two = [step(null, changed, { namespace: 'two' })];
      await apply(host, one, 'one');
      await apply(host, two, 'two');
      await apply(host, one.map(inverted), 'one');
      assert.deepEqual(await installed(options, host, [], 'one'), []);
      assert.deepEqual(await installed(options, host, two, 'two'), asInstalled(two));
      await apply(host, two.map(inverted), 'two');
    });

    if (native.includes('paused')) {
      it('of a paused job are there and not active', async () => {
        const host = await makeHost();
        const steps = [step(null, sampleJob('a', { paused: true }))];
        await apply(host, steps);
        assert.deepEqual(await installed(options, host, steps), [{ ...asInstalled(steps)[0], active: false }]);
        await apply(host, steps.map(inverted));
      });
    }

    it('take any path and any argument', async () => {
      const host = await makeHost();
      const job = sampleJob('a', { command: ['/bin/echo', ...awkward], env: { A: awkward.join('') } });
      for (const stateDir of [
        '/home/u/with space',
        "/home/it's",
        '/home/50%',
        '/home/$HOME;x',
        '/home/a#b',
        '/home/"q"',
        '/home/\u00e9\u2615',
        '/home/b\\s',
      ]) {
        const steps = [step(null, job, { stateDir })];
        await apply(host, steps);
        assert.deepEqual(await installed(options, host, steps), asInstalled(steps), stateDir);
        if (options.start !== undefined) {
          const { launcher, launchFile } = sampleInput({ ...options, stateDir }, job);
          const expected = launchFile === undefined ? job.command : [launcher, launchFile];
          assert.deepEqual(await options.start(host, 'default', job), expected);
        }
        await apply(host, steps.map(inverted));
      }
    });

    if (backend.inventory !== undefined) {
      it('are not among those of others', async () => {
        const host = await makeHost();
        const before = await backend.inventory?.(host);
        await apply(host, [step(null, a)]);
        const after = await backend.inventory?.(host);
        assert.deepEqual(
          after?.map(({ text }) => text),
          before?.map(({ text }) => text),
        );
        await apply(host, [inverted(step(null, a))]);
      });
    }

    if (backend.startCommand !== undefined) {
      it('are started by a command that is always the same', () => {
        const command = backend.startCommand?.('default', a);
        assert.ok(command !== undefined && command.length > 0);
        assert.deepEqual(backend.startCommand?.('default', a), command);
        assert.notDeepEqual(backend.startCommand?.('default', b), command);
      });
    }
  });
}

const awkward = ['', ' ', '%', '%h', '$HOME', '${X}', ';', '#', '\\', "'", '"', '\n', '\t', '*', '\u00e9\u2615\u{1f600}', '-n'];

export function inverted(change: BackendChange): BackendChange {
  return { ...change, before: change.after, after: change.before };
}

/** What `list` must answer when the steps were made. */
export function asInstalled(steps: readonly BackendChange[]): readonly Installed[] {
  return steps.flatMap(({ tenant, name, after }) =>
    after === null ? [] : [{ tenant, name, digest: after.digest, active: after.active, drift: [] }],
  );
}

export async function installed(
  { backend }: BackendConformanceOptions,
  host: Host,
  steps: readonly BackendChange[],
  namespace = 'default',
): Promise<readonly Installed[]> {
  const expected = new Map(
    steps.flatMap(({ tenant, name, after }) => (after === null ? [] : [[`${tenant}/${name}`, after] as const])),
  );
  const found = await backend.list(host, { namespace, expected });
  return [...found].sort((x, y) => (x.name < y.name ? -1 : 1));
}
