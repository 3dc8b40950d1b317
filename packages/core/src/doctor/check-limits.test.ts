import { expect, it } from 'vitest';
import type { PlannedEntry } from '../plan/plan.ts';
import { sampleJob } from '../testing/sample-job.ts';
import { checkLimits } from './check-limits.ts';

type Entry = Pick<PlannedEntry, 'backend' | 'job'>;

const entryOn = (backend: string, resources: Entry['job']['resources']): Entry => ({
  backend,
  job: sampleJob('job', { resources }),
});
const limits = { memoryMax: '2G', cpuQuota: '50%', tasksMax: 10, nice: 5 };

/** As these files of the kernel say: its controllers, and those that the manager of user 1000 was given. */
function told(kernel: string | undefined, manager: string | undefined, entry = entryOn('systemd', limits)): readonly string[] {
  const files: Readonly<Record<string, string | undefined>> = {
    '/sys/fs/cgroup/cgroup.controllers': kernel,
    '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/cgroup.controllers': manager,
  };
  const machine = { user: { name: 'ann', uid: 1000, home: '/home/ann' }, files: { readText: (path: string) => files[path] } };
  return checkLimits(machine, entry).map(({ severity, code, message }) => `${severity} ${code} ${message}`);
}

const all = 'cpuset cpu io memory hugetlb pids\n';

it('says nothing where the kernel enforces every limit of the job, and where the job has none or systemd does not set them', () => {
  expect(told(all, 'cpu memory pids\n')).toEqual([]);
  expect(told(all, undefined)).toEqual([]);
  expect(told(undefined, undefined, entryOn('systemd', { nice: 5 }))).toEqual([]);
  expect(told(undefined, undefined, entryOn('cron', limits))).toEqual([]);
});

it('names the limits for which the kernel has no controller of cgroup v2', () => {
  expect(told(undefined, undefined)).toEqual([
    'warning resources.unenforced The kernel does not enforce `resources.memoryMax`, `resources.cpuQuota`, `resources.tasksMax`: it has no cgroup v2 controller `memory, cpu, pids` here.',
  ]);
  expect(told('cpu pids hugetlb\n', 'cpu pids\n')).toEqual([
    'warning resources.unenforced The kernel does not enforce `resources.memoryMax`: it has no cgroup v2 controller `memory` here.',
  ]);
});

it('names the limits whose controller the user manager was not given', () => {
  expect(told(all, 'memory pids\n')).toEqual([
    'warning resources.unenforced The kernel does not enforce `resources.cpuQuota`: your user manager was not given the controller `cpu`.',
  ]);
});
