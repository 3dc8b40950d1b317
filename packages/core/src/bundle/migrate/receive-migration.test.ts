import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { commandPart, requirePart } from '@rota/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServiceUnderTest, serviceUnderTest } from '../service.fixture.ts';
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
      const prepared = await ask({
        ask: 'prepare',
        version: protocolVersion,
        id: '0123456789ab',
        namespace: 'default',
        spec,
        bases: { data: 'data' },
        from: 'elsewhere',
        replace: true,
        dryRun: false,
      });
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
});
