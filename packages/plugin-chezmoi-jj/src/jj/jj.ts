import { type Host, type ProcessResult, RotaError } from '@rota/core';
import { lastWords } from './last-words.ts';

/** How one call of jj differs from the others. */
export interface JjOptions {
  /** Record what is in the working copy first, as jj does for a person. @default false */
  readonly snapshot?: boolean;
  readonly timeoutMs?: number;
  /** `latin1` gives one character for each byte. @default 'utf8' */
  readonly encoding?: 'latin1';
  /** More `--config NAME=VALUE`. */
  readonly config?: readonly string[];
}

/** Runs jj on one repository. */
export interface Jj {
  /** A non-zero exit is a result. */
  run(args: readonly string[], options?: JjOptions): Promise<ProcessResult>;
  /** The output. @throws ROTA_DOTFILES_FAILED with what jj said */
  must(args: readonly string[], what: string, options?: JjOptions): Promise<string>;
  /** The output of a template that prints one JSON value a line. @throws ROTA_DOTFILES_FAILED */
  lines(args: readonly string[], what: string, options?: JjOptions): Promise<readonly unknown[]>;
}

/** Where jj is to work, and as whom. */
export interface JjPlace {
  /** Absolute path of the folder that holds `.jj`. */
  readonly tree: string;
  /** The environment, whole. */
  readonly env: Host['env'];
  /** Milliseconds that one call may take. */
  readonly timeoutMs: number;
}

/** A new file, or an edit, that is larger is not taken: it would be in the history of every host for good. */
export const largestNewFile = 64 * 2 ** 20;

/**
 * What every call says: no commit of ours is abandoned because a remote branch went away, and no file is tracked because it lies there
 * (`jj help -k config`, `git.abandon-unreachable-commits` and `snapshot.auto-track`).
 */
const settings = [
  'git.abandon-unreachable-commits=false',
  'snapshot.auto-track="none()"',
  `snapshot.max-new-file-size=${largestNewFile}`,
  'git.sign-on-push=false',
];

/** jj on one repository. Only calls with `snapshot` look at the files; the others read what is recorded. */
export function jjOn(host: Pick<Host, 'run'>, place: JjPlace): Jj {
  const run: Jj['run'] = async (args, options = {}) => {
    const configured = [...settings, ...(options.config ?? [])].map((setting) => `--config=${setting}`);
    const ignore = options.snapshot === true ? [] : ['--ignore-working-copy'];
    try {
      return await host.run({
        file: 'jj',
        args: ['-R', place.tree, '--no-pager', '--color=never', ...configured, ...ignore, ...args],
        cwd: place.tree,
        env: place.env,
        timeoutMs: options.timeoutMs ?? place.timeoutMs,
        encoding: options.encoding,
      });
    } catch (cause) {
      throw missing(cause, 'jj', 'See https://jj-vcs.github.io/jj/latest/install-and-setup/ for how to install it.');
    }
  };
  const must: Jj['must'] = async (args, what, options) => {
    const result = await run(args, options);
    if (result.exitCode === 0) return result.stdout;
    throw new RotaError('ROTA_DOTFILES_FAILED', `jj could not ${what}: ${lastWords(result)}`);
  };
  return {
    run,
    must,
    lines: async (args, what, options) =>
      (await must(args, what, options))
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line)),
  };
}

/** The error for a program that is not there, with how to get it. */
export function missing(cause: unknown, program: string, remedy: string): unknown {
  if (!(cause instanceof RotaError) || cause.code !== 'ROTA_COMMAND_MISSING') return cause;
  return new RotaError('ROTA_COMMAND_MISSING', `${program} is not installed, or not on the PATH.`, {
    suggestions: [remedy],
    cause,
  });
}
