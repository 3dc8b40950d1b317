import type { Host } from '../host/host.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import type { DoctorFinding } from './diagnosis.ts';

/** The controller of cgroup v2 that each limit needs (systemd.resource-control(5)). */
const controllers = [
  ['memoryMax', 'memory'],
  ['memoryHigh', 'memory'],
  ['cpuQuota', 'cpu'],
  ['cpuWeight', 'cpu'],
  ['ioWeight', 'io'],
  ['tasksMax', 'pids'],
] as const;

const cgroups = '/sys/fs/cgroup';

type Machine = Pick<Host, 'user'> & { readonly files: Pick<Host['files'], 'readText'> };

/**
 * Limits that systemd sets and that the kernel does not hold a job to: it has no cgroup v2 controller for them, or the user's manager was not given it.
 */
export function checkLimits(
  { files, user }: Machine,
  entry: Pick<PlannedEntry, 'backend' | 'job'>,
): readonly Omit<DoctorFinding, 'namespace' | 'job'>[] {
  if (entry.backend !== 'systemd') return [];
  const asked = controllers.filter(([limit]) => entry.job.resources[limit] !== undefined);
  const unenforced = (given: readonly string[]) => asked.filter(([, controller]) => !given.includes(controller));
  const ofKernel = listed(files.readText(`${cgroups}/cgroup.controllers`));
  const code = 'resources.unenforced';
  const lacking = unenforced(ofKernel);
  if (lacking.length > 0) {
    const message = `The kernel does not enforce ${named(lacking)}: it has no cgroup v2 controller \`${controllerNames(lacking)}\` here.`;
    const remedy = 'Boot with the unified hierarchy (systemd.unified_cgroup_hierarchy=1), or limit it in the command (prlimit)';
    return [{ severity: 'warning', code, message, remedy }];
  }
  const slice = `user.slice/user-${user.uid}.slice/user@${user.uid}.service`;
  const delegated = files.readText(`${cgroups}/${slice}/cgroup.controllers`);
  const kept = delegated === undefined ? [] : unenforced(listed(delegated));
  if (kept.length === 0) return [];
  const message = `The kernel does not enforce ${named(kept)}: your user manager was not given the controller \`${controllerNames(kept)}\`.`;
  const given = [...new Set([...listed(delegated), ...kept.map(([, controller]) => controller)])].join(' ');
  const remedy = `sudo systemctl edit user@.service, with the lines [Service] and Delegate=${given}; then log in anew`;
  return [{ severity: 'warning', code, message, remedy }];
}

type Limits = readonly (readonly [limit: string, controller: string])[];

const listed = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/).filter((name) => name !== '');
const named = (limits: Limits): string => limits.map(([limit]) => `\`resources.${limit}\``).join(', ');
const controllerNames = (limits: Limits): string => [...new Set(limits.map(([, controller]) => controller))].join(', ');
