import { chownSync, lchownSync, lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { createHost, type Files, type Host, nodeFiles } from '@rota/core';
import type { UserSystemd } from '@rota/test-support';

/** The machine as `user` sees it, also when the tests run as root: commands run as the user, and what is written is the user's. */
export function userHost(user: UserSystemd, options: Partial<Host> = {}): Host {
  return createHost({
    user: { name: user.user, uid: user.uid, home: user.home },
    env: user.env,
    stateDir: `${user.home}/.local/state/rota`,
    files: process.getuid?.() === 0 ? ownedFiles(user) : nodeFiles,
    run: async ({ file, args, input, cwd, env, timeoutMs }) => {
      const result = await user.exec(file, args, {
        ...(input === undefined ? {} : { input: input.toString() }),
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { env }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      return { ...result, timedOut: false };
    },
    ...options,
  });
}

function ownedFiles({ home, uid, gid, env }: UserSystemd): Files {
  const own = (path: string): void => {
    const roots = [`${home}/`, `${env.XDG_RUNTIME_DIR}/`];
    for (let at = path; roots.some((root) => at.startsWith(root)); at = dirname(at)) {
      const stats = lstatSync(at, { throwIfNoEntry: false });
      if (stats === undefined || (stats.uid === uid && stats.gid === gid)) continue;
      if (stats.isSymbolicLink()) lchownSync(at, uid, gid);
      else chownSync(at, uid, gid);
    }
  };
  return {
    ...nodeFiles,
    write(path, content, mode) {
      nodeFiles.write(path, content, mode);
      own(path);
    },
    create(path, content, mode) {
      const made = nodeFiles.create(path, content, mode);
      own(path);
      return made;
    },
    append(path, content, mode) {
      nodeFiles.append(path, content, mode);
      own(path);
    },
    link(target, path) {
      nodeFiles.link(target, path);
      own(path);
    },
    makeFolder(path, mode) {
      nodeFiles.makeFolder(path, mode);
      own(path);
    },
  };
}
