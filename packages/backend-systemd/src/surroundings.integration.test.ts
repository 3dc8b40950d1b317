import { readFileSync } from 'node:fs';
import type { Feature, Job } from '@rota/core';
import { requirePart, userSystemd, userSystemdPart } from '@rota/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestNamespace, testNamespace } from './testing/test-namespace.ts';
import { userHost } from './testing/user-host.ts';

const features: readonly Feature[] = [
  'resources.memoryMax',
  'resources.cpuQuota',
  'resources.tasksMax',
  'resources.nice',
  'resources.ioClass',
];

requirePart(userSystemdPart)('what systemd gives a job of a real user manager', () => {
  let ns: TestNamespace;
  beforeAll(async () => {
    ns = await testNamespace(userHost(await userSystemd('rota-surround')), 'sdsurround', features);
  });
  afterAll(async () => await ns.removeAll());
  const unit = (name: string, type: 'service' | 'timer'): string => `rota.sdsurround.acme.${name}.${type}`;
  const show = async (name: string, properties: string): Promise<string> =>
    await ns.systemctl('show', '-p', properties, unit(name, properties.startsWith('Next') ? 'timer' : 'service'));

  test('niceness and I/O class are those of its process, and the limits those of its unit', async () => {
    const out = `${ns.host.user.home}/surroundings`;
    const job: Partial<Job> = {
      trigger: { kind: 'boot' },
      // proc(5): the 17th field after the name is the niceness.
      command: [
        '/bin/sh',
        '-c',
        `{ sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 17; ionice -p $$; cat /proc/self/cgroup; } > ${out}`,
      ],
      resources: { nice: 11, ioClass: 'idle', memoryMax: '64M', cpuQuota: '25%', tasksMax: 40 },
    };
    await ns.apply({ limited: job });
    await ns.systemctl('start', unit('limited', 'service'));
    const [nice, ioClass, ...groups] = readFileSync(out, 'utf8').split('\n');
    expect([nice, ioClass]).toEqual(['11', 'idle']);
    expect(groups.join('\n')).toContain(unit('limited', 'service'));
    expect((await show('limited', 'MemoryMax,CPUQuotaPerSecUSec,TasksMax')).trim().split('\n').sort()).toEqual([
      'CPUQuotaPerSecUSec=250ms',
      `MemoryMax=${64 * 1024 * 1024}`,
      'TasksMax=40',
    ]);
    ns.host.files.remove(out);
  });

  test('the delay of a timer is within what was declared, and the same after it was started again', async () => {
    const at = new Date(Date.now() + 6 * 3_600_000);
    const trigger = { kind: 'schedule', expression: `0 ${at.getUTCHours()} * * *`, timezone: 'UTC' } as const;
    await ns.apply({ plain: { trigger }, delayed: { trigger, randomizedDelayMs: 1_800_000 } });
    const next = async (name: string): Promise<number> => {
      const text = await show(name, 'NextElapseUSecRealtime');
      return Date.parse(
        `${text
          .trim()
          .replace(/^.*=\w+ /, '')
          .replace(' UTC', 'Z')
          .replace(' ', 'T')}`,
      );
    };
    const due = await next('plain');
    const first = await next('delayed');
    expect(first).toBeGreaterThanOrEqual(due);
    expect(first).toBeLessThanOrEqual(due + 1_800_000);
    await ns.systemctl('stop', unit('delayed', 'timer'));
    await ns.systemctl('start', unit('delayed', 'timer'));
    expect(await next('delayed')).toBe(first);
  });
});
