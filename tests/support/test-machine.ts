import { afterFile } from './after-file.ts';
import { type CommandOptions, type CommandResult, exec, output } from './exec.ts';
import { repositoryRoot } from './repository-root.ts';

const script = `${repositoryRoot}scripts/testhost.sh`;

export interface BootOptions {
  /** A private network with the other machines of that name, which are found by host name; default: the network of this machine. */
  readonly network?: string;
}

export interface MachineCommandOptions extends CommandOptions {
  /** An ordinary user, created with linger where missing; default: root. */
  readonly user?: string;
}

/** A booted Debian with systemd as PID 1, cron, node, git, jj, chezmoi, nix and restic. The checkout is at `/src`, read-only. */
export interface TestMachine {
  /** The host name inside. */
  readonly name: string;
  /** Runs a command inside; `env` is added to a login's, `cwd` is a folder inside (default: the home of who runs it). */
  exec(program: string, args?: readonly string[], options?: MachineCommandOptions): Promise<CommandResult>;
  /** As `exec`, but returns the output and rejects when the command fails. */
  output(program: string, args?: readonly string[], options?: MachineCommandOptions): Promise<string>;
  /** Shuts down in order and boots again with the same disk; `hard` cuts the power instead. One that went down by itself is only booted. */
  reboot(options?: { readonly hard?: boolean }): Promise<void>;
  /** Ends the machine and removes its disk. Happens by itself when the test file ends. */
  down(): Promise<void>;
}

const inside = (id: string, program: string, args: readonly string[], options: MachineCommandOptions): readonly string[] => {
  const settings = Object.entries(options.env ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const folder = options.cwd === undefined ? [] : ['-C', options.cwd];
  const who = options.user === undefined ? ['exec', id] : ['user', id, options.user];
  return [...who, 'env', ...folder, ...settings, program, ...args];
};

/** Boots a new machine. Takes about a second. */
export const testMachine = async (name: string, { network }: BootOptions = {}): Promise<TestMachine> => {
  // Two runs of the tests may use the same name at the same time.
  const id = `${name}-${process.pid}`;
  const boot = ['boot', id, '--hostname', name, '--owner', String(process.pid), '--replace'];
  const bare = ({ env: _env, cwd: _cwd, user: _user, ...rest }: MachineCommandOptions): CommandOptions => rest;
  const down = async (): Promise<void> => void (await output(script, ['down', id]));
  afterFile(down);
  await output(script, network === undefined ? boot : [...boot, '--net', `${network}-${process.pid}`]);
  return {
    name,
    exec: async (program, args = [], options = {}) => await exec(script, inside(id, program, args, options), bare(options)),
    output: async (program, args = [], options = {}) => await output(script, inside(id, program, args, options), bare(options)),
    reboot: async ({ hard = false } = {}) => void (await output(script, ['reboot', id, ...(hard ? ['--hard'] : [])])),
    down,
  };
};
