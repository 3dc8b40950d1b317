import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createHost, type Files, type Host, nodeFiles } from '@rota/core';
import { afterFile, exec, temporaryFolder } from '@rota/test-support';

/**
 * The machine's crontab program on a spool of its own, in private namespaces: neither the machine's crontabs nor who edits them are seen,
 * and who edits here holds up no other test.
 */
export interface PrivateCrontab {
  /** A host whose `crontab` uses that spool, as root or as an ordinary user; `program` stands for another one. */
  host(user: 'root' | 'nobody', stateDir?: string, program?: readonly string[]): Host;
  /** Runs a shell command inside, as root. */
  sh(command: string): Promise<string>;
  /** Writes a program that runs its arguments inside, as root, for processes other than the test's own. Answers its path. */
  programInside(path: string): string;
  /** The bytes of a user's table in the spool; undefined where there is none. */
  spool(user: string): Promise<Buffer | undefined>;
  /** Puts bytes into the spool as a restored backup would: past the program, without its header. */
  restore(user: string, bytes: Uint8Array): Promise<void>;
}

const folder = '/var/spool/cron/crontabs';

/** What the user's program is to read belongs to the user, as the whole state folder would. */
const ofNobody = (files: Files): Files => ({
  ...files,
  write(path, ...more) {
    files.write(path, ...more);
    for (const one of [path, dirname(path)]) chownSync(one, 65_534, 65_534);
  },
});

/** The processes inside; who asks is no one of them, so that `/proc/self` is the first. */
const processesOf = (pid: number): Files => {
  const there = (path: string): string =>
    path.replace(/^\/proc(?=\/|$)/, `/proc/${pid}/root/proc`).replace(/\/proc\/self(?=\/|$)/, '/proc/1');
  return {
    ...nodeFiles,
    list: (path) => nodeFiles.list(there(path)),
    readText: (path) => nodeFiles.readText(there(path)),
    readLink: (path) => nodeFiles.readLink(there(path)),
    facts: (path) => nodeFiles.facts(there(path)),
  };
};

/** Needs root and the Debian package cron. Ends with the test file. */
export async function privateCrontab(): Promise<PrivateCrontab> {
  // A copy of /etc, so that cron.deny of a test is not the machine's.
  const etc = temporaryFolder();
  const setUp = `mount -t tmpfs none ${etc} && cp -a /etc/. ${etc} && mount --bind ${etc} /etc && mount -t tmpfs none ${folder} && chown root:crontab ${folder} && chmod 1730 ${folder} && mkdir -p /etc/cron.d && mount -t tmpfs none /etc/cron.d && echo ready && exec sleep 3600`;
  const keeper = spawn(
    'unshare',
    ['-m', '--propagation', 'private', '-p', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', setUp],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  afterFile(() => void keeper.kill('SIGKILL'));
  await once(keeper.stdout, 'data');
  const first = Number(readFileSync(`/proc/${keeper.pid}/task/${keeper.pid}/children`, 'utf8'));
  const inside = ['-t', String(first), '-m', '-p', '--'];
  const sh = async (command: string): Promise<string> => {
    const result = await exec('nsenter', [...inside, 'sh', '-c', command]);
    if (result.exitCode !== 0) throw new Error(`${command}: ${result.stderr}`);
    return result.stdout;
  };
  const base = createHost();
  const files = processesOf(first);
  return {
    sh,
    programInside: (path) => {
      writeFileSync(path, `#!/bin/sh\nexec nsenter ${inside.join(' ')} "$@"\n`, { mode: 0o700 });
      return path;
    },
    spool: async (user) => {
      const encoded = await sh(`[ ! -e ${folder}/${user} ] || base64 -w0 ${folder}/${user} && echo .`);
      const text = encoded.trim().replace(/\.$/, '');
      return (await exec('nsenter', [...inside, 'test', '-e', `${folder}/${user}`])).exitCode === 0
        ? Buffer.from(text, 'base64')
        : undefined;
    },
    restore: async (user, bytes) => {
      const encoded = Buffer.from(bytes).toString('base64');
      await sh(
        `echo '${encoded}' | base64 -d > ${folder}/${user} && chown ${user}:crontab ${folder}/${user} && chmod 600 ${folder}/${user}`,
      );
    },
    host: (user, stateDir = temporaryFolder(), program = ['crontab']) => {
      const as =
        user === 'root'
          ? []
          : ['setpriv', '--reuid=nobody', '--regid=nogroup', '--init-groups', 'env', 'HOME=/tmp', 'USER=nobody'];
      return {
        ...base,
        user: { ...base.user, name: user },
        stateDir,
        files: user === 'root' ? files : ofNobody(files),
        run: (request) =>
          base.run({
            ...request,
            file: 'nsenter',
            // Another mount namespace has another working folder.
            args: [
              ...inside,
              ...as,
              ...(request.cwd === undefined ? [] : ['env', '-C', request.cwd]),
              ...(request.file === 'crontab' ? program : [request.file]),
              ...request.args,
            ],
          }),
      };
    },
  };
}
