import { RotaError } from '../errors/rota-error.ts';
import type { Host } from './host.ts';
import type { ProcessResult } from './process-runner.ts';

export interface GitRequest {
  readonly input?: string;
  /** As of a process. */
  readonly pendingInput?: Promise<string>;
  /** As of a process. */
  readonly onStdout?: (piece: string) => void;
  /** The index is not read, which takes time in a large checkout. @default false */
  readonly withoutIndex?: boolean;
  /** @default 60000 */
  readonly timeoutMs?: number;
  readonly encoding?: 'utf8' | 'latin1';
  /** More `-c` settings. */
  readonly settings?: readonly string[];
}

/** Runs git on one repository. A non-zero exit is a result. */
export type Git = (args: readonly string[], request?: GitRequest) => Promise<ProcessResult>;

/**
 * What a repository says must not run anything here: no hooks, no helpers of the repository, no transport but these, no question on a terminal.
 * The person's own settings (credential helper, keys, proxies) hold.
 */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.symlinks=false',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'gc.autoDetach=false',
  'maintenance.autoDetach=false',
  'protocol.allow=never',
  'protocol.https.allow=always',
  'protocol.ssh.allow=always',
  'protocol.file.allow=always',
];

/** Variables by which a caller (a hook, a test) would point git at another repository. git(1), ENVIRONMENT VARIABLES. */
const foreign = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_CEILING_DIRECTORIES',
  'GIT_ALLOW_PROTOCOL',
  'GIT_PROTOCOL_FROM_USER',
];

/** A file that is not there, which git takes for an index without entries. */
const noIndex = '.rota-reads-no-index';

/** git for a bare repository. @throws (from the result) ROTA_COMMAND_MISSING when git is not installed */
export function gitOn(host: Pick<Host, 'run' | 'env'>, repository: string): Git {
  return gitWith(host, [`--git-dir=${repository}`]);
}

/** git for the checkout that a folder is in; replacements of objects (git-replace(1)) are not followed. @throws as {@link gitOn} */
export function gitIn(host: Pick<Host, 'run' | 'env'>, folder: string): Git {
  return gitWith(host, ['-C', folder, '--no-replace-objects']);
}

/** git for the stored history of a submodule, whose folder, which its settings name, may be gone. @throws as {@link gitOn} */
export function gitOfSubmodule(host: Pick<Host, 'run' | 'env'>, repository: string): Git {
  return gitWith(host, [`--git-dir=${repository}`, `--work-tree=${repository}`, '--no-replace-objects']);
}

function gitWith(host: Pick<Host, 'run' | 'env'>, where: readonly string[]): Git {
  const env = {
    ...Object.fromEntries(foreign.map((name) => [name, undefined])),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GCM_INTERACTIVE: 'never',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_SSH_COMMAND: host.env.GIT_SSH_COMMAND || 'ssh -o BatchMode=yes -o ConnectTimeout=20',
  };
  return async (args, request = {}) => {
    const configured = [...settings, ...(request.settings ?? [])].flatMap((setting) => ['-c', setting]);
    try {
      return await host.run({
        file: 'git',
        args: ['--no-pager', ...where, ...configured, ...args],
        env: request.withoutIndex ? { ...env, GIT_INDEX_FILE: noIndex } : env,
        timeoutMs: request.timeoutMs ?? 60_000,
        ...(request.input === undefined ? {} : { input: request.input }),
        ...(request.pendingInput === undefined ? {} : { pendingInput: request.pendingInput }),
        ...(request.onStdout === undefined ? {} : { onStdout: request.onStdout }),
        ...(request.encoding === undefined ? {} : { encoding: request.encoding }),
      });
    } catch (cause) {
      if (!(cause instanceof RotaError) || cause.code !== 'ROTA_COMMAND_MISSING') throw cause;
      throw new RotaError('ROTA_COMMAND_MISSING', 'git is not installed, or not on the PATH.', {
        suggestions: ['Install it, such as: apt install git'],
        cause,
      });
    }
  };
}

/** @throws ROTA_COMMAND_FAILED with what git said */
export function gitOutput(result: ProcessResult, what: string): string {
  if (result.exitCode === 0) return result.stdout;
  throw new RotaError('ROTA_COMMAND_FAILED', `git could not ${what}: ${gitWords(result)}`);
}

/** What git and ssh say beside the reason. */
const boilerplate = /^(@+$|Please make sure you have the correct access rights|and the repository exists)/;

/** The first lines of what git said, as one line. */
export function gitWords({ stderr, timedOut, exitCode }: ProcessResult): string {
  if (timedOut) return 'it did not answer in time.';
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(fatal|error|warning): /, '').trim())
    .filter((line) => line !== '' && !boilerplate.test(line));
  const words = lines.slice(0, 3).join(' ') || `exit status ${exitCode}`;
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
