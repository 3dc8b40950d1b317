import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createHost, firesBetween, type Host } from '@rota/core';
import { backendConformance } from '@rota/core/testing';
import { temporaryFolder } from '@rota/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileInput } from './job.fixture.ts';
import { powerShell } from './service/power-shell.ts';
import { taskName } from './task/task-name.ts';
import { taskscheduler } from './taskscheduler.ts';

/**
 * On Windows itself: the conformance kit on the real Task Scheduler, and the scheduler's own answer (GetRunTimes) to when its tasks will start.
 * `.github/workflows/windows.yml` runs it there. Elsewhere it is skipped in every environment: no command installs Windows.
 */
const onWindows = describe.skipIf(process.platform !== 'win32');
const dialect = { name: 'taskscheduler', version: 1.4 };
const namespace = 'rota-test';

onWindows('Task Scheduler of Windows [needs Windows: .github/workflows/windows.yml]', () => {
  const backend = taskscheduler();
  const makeHost = (): Host => createHost({ stateDir: temporaryFolder() });

  backendConformance(
    { describe, it },
    {
      backend,
      dialect,
      makeHost,
      async foreign(host) {
        const { entries: tasks } = await powerShell(host).readAll();
        return JSON.stringify(
          tasks
            .filter(({ path }) => !path.startsWith('\\Rota\\'))
            .map(({ path }) => path)
            .sort(),
        );
      },
      async edit(host, of, job) {
        const service = powerShell(host);
        const path = taskName(of, job);
        const [task] = (await service.read('\\Rota')).filter((one) => one.path === path);
        const xml = (task?.xml ?? '').replace('T02:30:00', 'T02:31:00');
        await service.change([{ kind: 'register', path, xml, logon: 'interactive' }]);
      },
      remove: async (host, of, job) => await powerShell(host).change([{ kind: 'delete', path: taskName(of, job) }]),
    },
  );

  it('lets a task of somebody else be switched off and on, and reads it as a job', async () => {
    const host = makeHost();
    const service = powerShell(host);
    const path = '\\Rota test of import\\daily';
    const content = backend.compile(compileInput()).artifact.files[0]?.content ?? '';
    const xml = content.replace(/<Source>.*<\/Source>/, '').replace(/<URI>.*<\/URI>/, `<URI>${path}</URI>`);
    await service.change([{ kind: 'register', path, xml, logon: 'interactive' }]);
    try {
      const find = async () => (await backend.inventory?.(host))?.find(({ id }) => id === path);
      const entry = await find();
      expect(entry).toMatchObject({ reading: { trigger: { kind: 'schedule' } }, identity: { key: path } });
      if (entry?.identity === undefined) throw new Error('it cannot be adopted');
      const original = { backend: backend.name, dialect, id: path, ...entry.identity };
      await backend.switchForeign?.(host, { dialect, handledUntil: 0, switches: [{ original, to: 'off', mustExist: true }] });
      expect(await find()).toBeUndefined();
      await backend.switchForeign?.(host, { dialect, handledUntil: 0, switches: [{ original, to: 'on', mustExist: true }] });
      expect((await find())?.identity).toEqual(entry.identity);
    } finally {
      await service.change([{ kind: 'delete', path }]);
    }
  });

  describe('its own run times', () => {
    const folder = temporaryFolder();
    const program = join(folder, 'run-times.exe');
    const host = makeHost();
    const now = Math.floor(Date.now() / 1000);

    beforeAll(() => {
      const source = join(import.meta.dirname, '..', 'testdata', 'run-times.c');
      execFileSync('gcc', ['-municode', '-o', program, source, '-lole32', '-loleaut32']);
    });
    afterAll(async () => {
      const left = (await powerShell(host).read(`\\Rota\\${namespace}`)).map(({ path }) => ({ kind: 'delete', path }) as const);
      await powerShell(host).change(left);
    });

    it.each([
      '0 4 * * *',
      '*/5 * * * *',
      '*/7 * * * *',
      '30 2 * * *',
      '0 */5 * * *',
      '*/15 9-17 * * 1-5',
      '0 0 13 * *',
      '0 4 8-14 * */2',
      '0 9 * 3,9 1',
      '0 0 31 * *',
    ])('include every declared fire time of %s in the zone of the machine', async (expression) => {
      const job = { tenant: 'acme', name: 'times' };
      const input = compileInput(
        { ...job, trigger: { kind: 'schedule', expression, timezone: host.timezone } },
        {},
        host.timezone,
      );
      const { artifact, native } = backend.compile({ ...input, namespace });
      const step = { ...job, before: null, after: artifact, handledUntil: now };
      await backend.apply(host, { namespace, changes: [step], dialect });
      const to = now + 400 * 86_400;
      const said = execFileSync(program, [taskName(namespace, job), String(now), String(to)], {
        encoding: 'utf8',
        maxBuffer: 1e9,
      });
      const times = new Set(
        said
          .split(/\s+/)
          .filter((line) => line !== '')
          .map(Number),
      );
      const declared = input.schedule === undefined ? [] : firesBetween(input.schedule.declared, now + 86_400, to - 86_400);
      expect(declared.filter((instant) => !times.has(instant))).toEqual([]);
      const possible = new Set(native?.firesBetween(now, to).map((instant) => instant - (instant % 60)));
      expect([...times].filter((instant) => instant > now + 86_400 && instant < to - 86_400 && !possible.has(instant))).toEqual(
        [],
      );
    });
  });
});
