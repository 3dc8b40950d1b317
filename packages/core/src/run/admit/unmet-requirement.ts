import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Requirements } from '../../job/job.ts';
import type { Cancel } from '../cancel.ts';
import { reachesOut } from './reaches-out.ts';

export interface RequirementInput {
  readonly requires: Requirements;
  readonly workingDir: string;
  /** The job's own. */
  readonly env: NodeJS.ProcessEnv;
  readonly sleep: (ms: number) => Promise<void>;
  readonly cancel: Cancel;
  /** @default '/' where the kernel shows the machine (proc(5), sysfs(5)) */
  readonly machineRoot?: string;
}

/** Why the job must not run now, or `null` when everything that it requires is there. Waits for the network as long as it may. */
export async function unmetRequirement(input: RequirementInput): Promise<string | null> {
  const { requires, env, workingDir } = input;
  for (const command of requires.commands) {
    if (!commandExists(command, env.PATH ?? '')) return `The command ${command} is not on the job's PATH.`;
  }
  for (const file of requires.files) {
    const path = resolve(workingDir, file.replace(/^~(?=\/)/, env.HOME ?? env.USERPROFILE ?? workingDir));
    if (!existsSync(path)) return `The file ${path} does not exist.`;
  }
  for (const unit of requires.units) {
    if (!unitIsActive(unit, env)) return `The unit ${unit} is not active.`;
  }
  const root = input.machineRoot ?? '/';
  if (requires.power === 'ac' && onBattery(root)) return 'The machine runs on battery.';
  if (requires.network !== undefined && !(await networkComes(requires.network.waitMs, input, root))) {
    return `There is no network after ${requires.network.waitMs / 1000} s.`;
  }
  return null;
}

function commandExists(command: string, path: string): boolean {
  if (isAbsolute(command)) return executable(command);
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];
  return path
    .split(delimiter)
    .some((folder) => folder !== '' && endings.some((ending) => executable(join(folder, command + ending))));
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A unit of the user's manager or of the system's. */
function unitIsActive(unit: string, env: NodeJS.ProcessEnv): boolean {
  const uid = process.getuid?.();
  const runtime = env.XDG_RUNTIME_DIR ?? (uid === undefined ? undefined : `/run/user/${uid}`);
  return [['--user'], []].some((scope) => {
    const options = { env: { ...env, XDG_RUNTIME_DIR: runtime }, stdio: 'ignore', timeout: 10_000 } as const;
    return spawnSync('systemctl', [...scope, 'is-active', '--quiet', '--', unit], options).status === 0;
  });
}

/** sysfs: `power_supply/NAME/type` is `Mains` for an adapter. A machine without an adapter entry is no laptop. */
function onBattery(root: string): boolean {
  const folder = join(root, 'sys/class/power_supply');
  const read = (name: string, file: string): string => {
    try {
      return readFileSync(join(folder, name, file), 'utf8').trim();
    } catch {
      return '';
    }
  };
  const mains = existsSync(folder) ? readdirSync(folder).filter((name) => read(name, 'type') === 'Mains') : [];
  return mains.length > 0 && mains.every((name) => read(name, 'online') === '0');
}

async function networkComes(waitMs: number, { sleep, cancel }: RequirementInput, root: string): Promise<boolean> {
  for (const deadline = performance.now() + waitMs; ; ) {
    if (hasRoute(root)) return true;
    const left = deadline - performance.now();
    if (left <= 0 || cancel.aborted) return false;
    await sleep(Math.min(1000, left));
  }
}

/** A default route: destination 0 with mask 0 in `/proc/net/route`, or `::/0` on another interface than `lo` in `/proc/net/ipv6_route`. */
function hasRoute(root: string): boolean {
  try {
    const ipv4 = readFileSync(join(root, 'proc/net/route'), 'utf8').split('\n').slice(1);
    if (ipv4.some((line) => line.split('\t')[1] === '00000000' && line.split('\t')[7] === '00000000')) return true;
    const ipv6 = existsSync(join(root, 'proc/net/ipv6_route')) ? readFileSync(join(root, 'proc/net/ipv6_route'), 'utf8') : '';
    return ipv6.split('\n').some((line) => /^0{32} 00 /.test(line) && !/\slo$/.test(line));
  } catch {
    return reachesOut(networkInterfaces());
  }
}
