import { userInfo } from 'node:os';
import { type CommandOptions, type CommandResult, exec, output } from './exec.ts';
import { repositoryRoot } from './repository-root.ts';

const script = `${repositoryRoot}scripts/user-systemd.sh`;

/** An ordinary user with a running `systemd --user`, whose output goes to a journal that the user can read. */
export interface UserSystemd {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** What a login would set: HOME, USER, PATH, XDG_RUNTIME_DIR and so on, and nothing of the test's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command as the user, in the user's home unless `cwd` is given; `env` is added to the login's. */
  exec(program: string, args?: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** As `exec`, but returns the output and rejects when the command fails. */
  output(program: string, args?: readonly string[], options?: CommandOptions): Promise<string>;
}

const ownManager = (): UserSystemd => {
  const { username, uid, gid, homedir } = userInfo();
  const runtime = process.env.XDG_RUNTIME_DIR ?? `/run/user/${uid}`;
  const env = {
    HOME: homedir,
    USER: username,
    LOGNAME: username,
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    XDG_RUNTIME_DIR: runtime,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
  };
  const complete = (options: CommandOptions = {}): CommandOptions => ({
    cwd: homedir,
    ...options,
    env: { ...env, ...options.env },
  });
  return {
    user: username,
    uid,
    gid,
    home: homedir,
    env,
    exec: async (program, args, options) => await exec(program, args, complete(options)),
    output: async (program, args, options) => await output(program, args, complete(options)),
  };
};

const asUser = (user: string, program: string, args: readonly string[], options: CommandOptions): readonly string[] => {
  const settings = Object.entries(options.env ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const folder = options.cwd === undefined ? [] : ['-C', options.cwd];
  return ['run', user, 'env', ...folder, ...settings, program, ...args];
};

/**
 * The user manager for tests. As root: of `user`, who is created where missing, started where it does not run and left running for
 * the next run of the tests. Files run side by side, so each has a user of its own. As anybody else: the caller's own, and `user`
 * is not looked at.
 */
export const userSystemd = async (user: string): Promise<UserSystemd> => {
  if (process.getuid?.() !== 0) return ownManager();
  await output(script, ['start', user]);
  const lines = (await output(script, ['env', user])).split('\n');
  const env = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number(await output('id', [flag, user]))));
  const bare = ({ env: _env, cwd: _cwd, ...rest }: CommandOptions): CommandOptions => rest;
  return {
    user,
    uid: uid ?? -1,
    gid: gid ?? -1,
    home: env.HOME ?? '/',
    env,
    exec: async (program, args = [], options = {}) => await exec(script, asUser(user, program, args, options), bare(options)),
    output: async (program, args = [], options = {}) => await output(script, asUser(user, program, args, options), bare(options)),
  };
};
