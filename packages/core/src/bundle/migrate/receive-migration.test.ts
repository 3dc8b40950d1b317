import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { commandPart, requirePart } from '@rota/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServiceUnderTest, serviceUnderTest, withoutDisk } from '../service.fixture.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import { beginArrival, type PrepareRequest } from './arrival.ts';
import { protocolVersion } from './protocol.ts';
import { receiveMigration } from './receive-migration.ts';

requirePart(commandPart('rsync'))('a machine that a service moves to', () => {
  let service: ServiceUnderTest;
  beforeEach(() => {
    service = serviceUnderTest();
  });
  afterEach(() => service.remove());

  test.each(['health', 'reissue'] as const)(
    'gives up as soon as the other side is gone, also while it waits in %s',
    async (hook) => {
      const reached = join(service.folder, 'reached');
      const input = new PassThrough();
      const answers = new PassThrough().setEncoding('utf8');
      const ask = async (
        request: object,
      ): Promise<{ readonly ok: boolean; readonly value: { readonly fresh: Record<string, string> } }> => {
        input.write(`${JSON.stringify(request)}\n`);
        return JSON.parse(await new Promise<string>((resolve) => answers.once('data', resolve)));
      };
      // What lets a unit start is put there.
      const env = { ...service.host().env, XDG_RUNTIME_DIR: service.folder };
      const host = service.host(undefined, { env });
      const receiving = receiveMigration({ host, input, answer: (line) => void answers.write(line) });
      const spec = service.spec({ hooks: { [hook]: [['sh', '-c', `sleep 1000 & : >${reached}; wait`]] }, hookTimeout: '1h' });
      const prepared = await ask(prepare(spec));
      const fresh = join(prepared.value.fresh.data ?? '', 'data');
      mkdirSync(fresh);
      writeFileSync(join(fresh, 'one'), 'moved\n');
      input.write(`${JSON.stringify({ ask: 'start', services: ['app'], healthMs: 3_600_000 })}\n`);
      await expect.poll(() => existsSync(reached)).toBe(true);
      expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('moved\n');
      expect(service.running()).toBe(hook === 'health');
      input.end();
      await receiving;
      expect(service.running()).toBe(false);
      expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('first state\n');
    },
  );

  test('does not say what has arrived while the disk did not take it', async () => {
    const env = { ...service.host().env, XDG_RUNTIME_DIR: service.folder };
    const arrival = await beginArrival(withoutDisk(service.host(undefined, { env })), prepare(service.spec()));
    const fresh = join(arrival.fresh.get('data') ?? '', 'data');
    mkdirSync(fresh);
    writeFileSync(join(fresh, 'one'), 'moved\n');
    await expect(arrival.digest()).rejects.toMatchObject({ code: 'ROTA_BUNDLE_DISK' });
    expect(await arrival.rollback()).toBe('undone');
    expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('first state\n');
  });

  test('clears away also what is still arriving when it is undone', async () => {
    const env = { ...service.host().env, XDG_RUNTIME_DIR: service.folder };
    const arrival = await beginArrival(service.host(undefined, { env }), prepare(service.spec()));
    const folder = arrival.fresh.get('data') ?? '';
    mkdirSync(join(folder, 'data'));
    // So many that more comes while they go.
    for (let at = 0; at < 5000; at++) writeFileSync(join(folder, 'data', `early-${at}`), '');
    // As an rsync whose sender is gone and that has not noticed yet.
    const script = 'i=0; while [ $i -lt 1000 ] && mkdir "$1/$i"; do i=$((i+1)); done';
    const writer = spawn('sh', ['-c', script, 'sh', join(folder, 'data')], { stdio: 'ignore' });
    const ended = once(writer, 'exit');
    await expect.poll(() => readdirSync(join(folder, 'data')).length, { interval: 1 }).toBeGreaterThan(5050);
    expect(await arrival.rollback()).toBe('undone');
    expect(existsSync(folder)).toBe(false);
    await ended;
    expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('first state\n');
  });
});

/** What the sending machine asks first. */
function prepare(spec: BundleSpec): PrepareRequest {
  return {
    ask: 'prepare',
    version: protocolVersion,
    id: '0123456789ab',
    namespace: 'default',
    spec,
    bases: { data: 'data' },
    from: 'elsewhere',
    replace: true,
    dryRun: false,
  };
}
