import { basename, dirname } from 'node:path';

/** What an error of the file system comes to for a person. */
export interface FileFailure {
  readonly file: string | null;
  readonly message: string;
  readonly suggestions: readonly string[];
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
};

const verbs: Readonly<Record<string, string>> = {
  mkdir: 'made',
  scandir: 'read',
  read: 'read',
  write: 'written',
  fsync: 'written',
  unlink: 'removed',
  rename: 'replaced',
};

/** link(2): what file systems without hard links answer, such as FAT, exFAT and some that are reached over a network. */
const noLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Says which file Node could not use, why, and what helps. `undefined` for what is no error of the file system. Pure. */
export function fileFailure(error: unknown): FileFailure | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  if (error.syscall === 'link' && noLinks.has(String(error.code))) return withoutLinks(error);
  const reason = reasons[String(error.code)];
  if (reason === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : null;
  const suggestions = remedies(String(error.code), path);
  if (path === null)
    return { file: null, message: `A file cannot be ${verbs[String(error.syscall)] ?? 'used'}: ${reason}.`, suggestions };
  // Files are written beside their place and then renamed; nobody knows that name.
  if (/^\.rota-.*\.tmp$/.test(basename(path)))
    return { file: dirname(path), message: `No file can be written in ${dirname(path)}: ${reason}.`, suggestions };
  return { file: path, message: `${path} cannot be ${verbs[String(error.syscall)] ?? 'opened'}: ${reason}.`, suggestions };
}

function withoutLinks(error: Error): FileFailure {
  const folder = 'dest' in error && typeof error.dest === 'string' ? dirname(error.dest) : null;
  return {
    file: folder,
    message: `The file system of ${folder ?? 'the state'} has no hard links, which Rota's lock is made with.`,
    suggestions: ['Keep the state on another file system: --state-dir DIR, or ROTA_STATE_DIR.'],
  };
}

function remedies(code: string, path: string | null): readonly string[] {
  if (code === 'ENOSPC' || code === 'EDQUOT') return ['Make room, then repeat the command.'];
  if (!['EACCES', 'EPERM', 'EROFS'].includes(code) || path === null) return [];
  if (/[/\\](state[/\\]rota|namespaces|sync|run-all)([/\\]|$)/.test(path))
    return ['The state can be elsewhere: --state-dir DIR, or ROTA_STATE_DIR.'];
  return ['Work in a folder that you may write to, or name one in the option.'];
}
