import { rmSync } from 'node:fs';
import { createHost, createRota, declarationOf, diagnose, type Host, type JobInput, nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import type { TaskSchedulerOptions } from './options.ts';
import { type FakeScheduler, fakeScheduler } from './service/fake-scheduler.fixture.ts';
import { taskscheduler } from './taskscheduler.ts';

async function windows(
  options: TaskSchedulerOptions = {},
  powershell = true,
  more: Partial<JobInput> = {},
): Promise<{ host: Host; scheduler: FakeScheduler; ask: () => ReturnType<typeof diagnose> }> {
  const scheduler = fakeScheduler(nodeFiles.readBytes, { powershell });
  const user = { name: 'Ann', uid: 0, home: temporaryFolder() };
  const stateDir = temporaryFolder();
  const asked: string[] = [];
  const host = createHost({
    platform: 'win32',
    user,
    stateDir,
    timezone: 'UTC',
    env: {},
    run: async (request) => {
      asked.push(request.file);
      return await scheduler.run(request);
    },
  });
  const backends = [taskscheduler(options)];
  const rota = createRota({ host, backends });
  const jobs = [{ tenant: 'acme', name: 'one', schedule: '0 4 * * *', command: process.execPath, ...more }];
  await rota.apply(await rota.plan(await declarationOf(jobs, { host, source: 'test' }), { backend: 'taskscheduler' }));
  asked.length = 0;
  return {
    host,
    scheduler,
    ask: async () => {
      const diagnosis = await diagnose({ host, backends });
      // Nothing of another system is asked for.
      expect(asked.filter((file) => !['powershell.exe', 'schtasks.exe', 'cmd.exe'].includes(file))).toEqual([]);
      return diagnosis;
    },
  };
}

describe('rota doctor on Windows', () => {
  test('finds nothing wrong with what was just installed, and says when tasks run', async () => {
    const { ok, findings, installedJobs } = await (await windows()).ask();
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect([ok, installedJobs]).toEqual([true, 1]);
    expect(findings.map(({ message }) => message).join('\n')).toContain('while this user is logged on');
    expect(findings.map(({ remedy }) => remedy).join('\n')).not.toMatch(/sudo|chmod|systemctl/);
  });

  test.each([
    [{ account: 's4u' }, true, /log on as a batch job/],
    [{ startOnBattery: false }, true, /do not start on battery/],
    [{}, false, /PowerShell cannot be used/],
  ] as const)('tells of %j, PowerShell %s, with a remedy', async (options, powershell, expected) => {
    const { findings } = await (await windows(options, powershell)).ask();
    expect(findings.find(({ message }) => expected.test(message))).toMatchObject({
      severity: 'warning',
      remedy: expect.stringMatching(/./),
    });
  });

  test('says of each job when its task does not start, and what to do; not of what the job itself asks for', async () => {
    const told = async (options: TaskSchedulerOptions, more = {}): Promise<Record<string, string | undefined>> => {
      const { findings } = await (await windows(options, true, more)).ask();
      return Object.fromEntries(findings.flatMap(({ code, job, remedy }) => (job === 'acme/one' ? [[code, remedy]] : [])));
    };
    expect(await told({})).toEqual({ 'windows.logged-on': expect.stringContaining("`account: 's4u'`, then rota apply") });
    expect(await told({ account: 's4u', startOnBattery: false })).toEqual({
      'windows.battery': expect.stringContaining('`startOnBattery: false`, then rota apply'),
    });
    expect(await told({ account: 's4u' }, { requires: { power: 'ac' } })).toEqual({});
  });

  test('fails when a task is gone, disabled or edited, or what starts jobs is gone', async () => {
    const path = '\\Rota\\default\\acme\\one';
    const gone = await windows();
    gone.scheduler.tasks.delete(path);
    expect((await gone.ask()).ok).toBe(false);
    const disabled = await windows();
    disabled.scheduler.tasks.set(
      path,
      (disabled.scheduler.tasks.get(path) ?? '').replace(
        /<Enabled>true<\/Enabled>(?=[\s\S]*<\/Settings>)(?![\s\S]*<\/Triggers>)/,
        '<Enabled>false</Enabled>',
      ),
    );
    expect((await disabled.ask()).findings.map(({ message }) => message).join('\n')).toMatch(/disabled/);
    const broken = await windows();
    rmSync(`${broken.host.stateDir}/bin`, { recursive: true });
    const { ok, findings } = await broken.ask();
    expect(ok).toBe(false);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'launcher.missing', remedy: 'rota doctor --repair' }));
  });

  test('says that the clock runs behind with a remedy of Windows', async () => {
    const { host } = await windows();
    const yesterday = { ...host, now: () => Date.now() - 86_400_000 };
    const { findings } = await diagnose({ host: yesterday, backends: [taskscheduler()] });
    expect(findings).toContainEqual(expect.objectContaining({ code: 'clock.behind', remedy: 'Set the clock: w32tm /resync' }));
  });
});
