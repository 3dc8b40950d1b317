import { isAbsolute, join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { HostCondition, Job } from './job.ts';

/** What a host says of itself to declarations. */
export interface SelectingHost {
  readonly hostname: string;
  /** Tenants whose jobs the host takes; absent: every tenant. */
  readonly tenants?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** The machine that is asked, and the search path that its jobs get. */
export type SelectingMachine = Pick<Host, 'platform' | 'files' | 'env' | 'user'> & { readonly searchPath: string };

/** Why a host does not take a job, as one sentence; `undefined` when it does. */
export function exclusionReason(job: Job, identity: SelectingHost, machine: SelectingMachine): string | undefined {
  if (!job.enabled) return 'The job is disabled (`enabled: false`).';
  if (identity.tenants !== undefined && !identity.tenants.includes(job.tenant)) {
    return `This host takes the tenants ${identity.tenants.join(', ')}, not ${job.tenant}.`;
  }
  for (const condition of job.conditions) {
    const reason = conditionReason(condition, identity, machine);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function conditionReason(condition: HostCondition, identity: SelectingHost, machine: SelectingMachine): string | undefined {
  const { hostname, labels, os, commandExists, fileExists, env } = condition;
  const here = identity.hostname.toLowerCase();
  if (hostname !== undefined && !hostname.some((name) => name.toLowerCase() === here)) {
    return `It is for ${hostname.join(', ')}; this host is ${identity.hostname}.`;
  }
  for (const [key, value] of Object.entries(labels ?? {})) {
    const own = Object.hasOwn(identity.labels, key) ? identity.labels[key] : undefined;
    if (own !== value)
      return `It is for hosts labelled ${key}=${value}; this one ${own === undefined ? 'has no such label' : `has ${key}=${own}`}.`;
  }
  const system = ({ linux: 'linux', darwin: 'macos', win32: 'windows' } as const)[machine.platform];
  if (os !== undefined && !os.includes(system)) return `It is for ${os.join(', ')}; this host runs ${system}.`;
  for (const command of commandExists ?? [])
    if (!commandIsThere(command, machine)) return `The program ${command} is not on this host.`;
  for (const path of fileExists ?? [])
    if (machine.files.facts(fromHome(path, machine)) === undefined) return `${path} does not exist on this host.`;
  for (const [name, value] of Object.entries(env ?? {})) {
    if (machine.env[name] !== value) return `It is for environments with ${name}=${value}.`;
  }
  return undefined;
}

function fromHome(path: string, machine: SelectingMachine): string {
  if (path === '~' || path.startsWith('~/')) return join(machine.user.home, path.slice(1));
  return isAbsolute(path) ? path : join(machine.user.home, path);
}

/**
 * Looked for on the path that jobs get, not on that of whoever plans: the answer must be the same from a terminal, from cron and from
 * systemd, or a job would come and go.
 */
function commandIsThere(command: string, machine: SelectingMachine): boolean {
  if (isAbsolute(command)) return isProgram(command, machine);
  const windows = machine.platform === 'win32';
  const path = windows ? (machine.env.Path ?? machine.env.PATH ?? '') : machine.searchPath;
  const folders = path.split(windows ? ';' : ':').filter((folder) => folder !== '');
  const names = windows ? ['', '.exe', '.cmd', '.bat', '.com'].map((extension) => command + extension) : [command];
  return folders.some((folder) => names.some((name) => isProgram(join(folder, name), machine)));
}

function isProgram(path: string, { files, platform }: SelectingMachine): boolean {
  const facts = files.facts(path);
  return facts?.kind === 'file' && (platform === 'win32' || (facts.mode & 0o111) !== 0);
}
