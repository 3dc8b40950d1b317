import { createHost, nodeFiles } from '@rota/core';
import { backendConformance } from '@rota/core/testing';
import { sampleSize, temporaryFolder, testSeed } from '@rota/test-support';
import { describe, it } from 'vitest';
import { type FakeScheduler, fakeScheduler } from './service/fake-scheduler.fixture.ts';
import { splitCommandLine } from './split-command-line.ts';
import { taskName } from './task/task-name.ts';
import { taskscheduler } from './taskscheduler.ts';
import { readXml } from './xml/read-xml.ts';
import { textAt } from './xml/xml-element.ts';

// What this shows: that Rota's side keeps the contract with a scheduler that keeps XML as documented. The same kit runs against Windows itself in
// windows.integration.test.ts, on a machine that has it.
describe.each(['PowerShell', 'schtasks'])('through %s, on a Task Scheduler in this process', (program) => {
  const schedulers = new Map<unknown, FakeScheduler>();
  const theirs = '\\Microsoft\\Windows\\Defrag\\ScheduledDefrag';
  const of = (host: unknown): FakeScheduler => {
    const scheduler = schedulers.get(host);
    if (scheduler === undefined) throw new Error('not a host of this test');
    return scheduler;
  };
  backendConformance(
    { describe, it: (name, body) => it(name, body, 1_200_000) },
    {
      faultRuns: sampleSize({ here: 6, inCi: 20, long: 1000 }),
      faultSeed: testSeed,
      // The kit asks what is started, which stands in the arguments of conhost.exe otherwise.
      backend: taskscheduler({ hideWindow: false }),
      dialect: { name: 'taskscheduler', version: 1.4 },
      makeHost() {
        const scheduler = fakeScheduler(nodeFiles.readBytes, { powershell: program === 'PowerShell' });
        scheduler.tasks.set(theirs, '<Task><Triggers /><Actions><Exec><Command>defrag.exe</Command></Exec></Actions></Task>');
        const user = { name: 'u', uid: 0, home: '/home/u' };
        const host = createHost({ platform: 'win32', user, stateDir: temporaryFolder(), timezone: 'UTC', run: scheduler.run });
        schedulers.set(host, scheduler);
        return host;
      },
      foreign: async (host) => JSON.stringify([...of(host).tasks].filter(([path]) => !path.startsWith('\\Rota\\'))),
      async edit(host, namespace, job) {
        const { tasks } = of(host);
        const path = taskName(namespace, job);
        tasks.set(path, (tasks.get(path) ?? '').replace('T02:30:00', 'T02:31:00'));
      },
      remove: async (host, namespace, job) => void of(host).tasks.delete(taskName(namespace, job)),
      breakReading(host) {
        of(host).broken = true;
      },
      async start(host, namespace, job) {
        const task = readXml(of(host).tasks.get(taskName(namespace, job)) ?? '');
        const line = textAt(task, 'Actions', 'Exec', 'Arguments') ?? '';
        return [textAt(task, 'Actions', 'Exec', 'Command') ?? '', ...splitCommandLine(line)];
      },
    },
  );
});
