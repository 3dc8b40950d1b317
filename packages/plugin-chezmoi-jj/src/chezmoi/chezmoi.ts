import { type Host, type ProcessResult, RotaError } from '@rota/core';
import { missing } from '../jj/jj.ts';
import { lastWords } from '../jj/last-words.ts';

/** Runs chezmoi for one home. */
export interface Chezmoi {
  /** A non-zero exit is a result. Waits and tries again while another chezmoi holds its state. */
  run(args: readonly string[]): Promise<ProcessResult>;
  /** The output. @throws ROTA_DOTFILES_BUSY, ROTA_DOTFILES_FAILED with what chezmoi said */
  must(args: readonly string[], what: string): Promise<string>;
}

/** How chezmoi is to be run. */
export interface ChezmoiPlace {
  /** The environment, whole; `HOME` says whose dotfiles. */
  readonly env: Host['env'];
  /** Milliseconds that one call may take: templates may ask password managers. */
  readonly timeoutMs: number;
  /** How often a held state is asked for again. */
  readonly retries: number;
}

/** chezmoi gives up after a second when another one holds its state (`chezmoi edit --watch`, a script that calls chezmoi). */
const heldSign = /timeout obtaining persistent state lock/;

/** chezmoi without a terminal: it never asks, and its input is empty. */
export function chezmoiFor(host: Pick<Host, 'run' | 'sleep'>, place: ChezmoiPlace): Chezmoi {
  const once = async (args: readonly string[]): Promise<ProcessResult> => {
    try {
      return await host.run({
        file: 'chezmoi',
        args: ['--no-tty', '--no-pager', '--color=false', ...args],
        env: place.env,
        timeoutMs: place.timeoutMs,
      });
    } catch (cause) {
      throw missing(cause, 'chezmoi', 'See https://www.chezmoi.io/install for how to install it.');
    }
  };
  const run = async (args: readonly string[]): Promise<ProcessResult> => {
    for (let attempt = 0; ; attempt += 1) {
      const result = await once(args);
      if (attempt >= place.retries || !isHeld(result)) return result;
      await host.sleep(300 * 2 ** attempt);
    }
  };
  return {
    run,
    must: async (args, what) => {
      const result = await run(args);
      if (result.exitCode === 0) return result.stdout;
      if (isHeld(result)) throw busy();
      throw new RotaError('ROTA_DOTFILES_FAILED', `chezmoi could not ${what}: ${lastWords(result)}`);
    },
  };
}

/** Whether chezmoi gave up because another one holds its state. */
export function isHeld({ exitCode, stderr }: ProcessResult): boolean {
  return exitCode !== 0 && heldSign.test(stderr);
}

export function busy(): RotaError {
  return new RotaError('ROTA_DOTFILES_BUSY', 'Another chezmoi holds its state; nothing was captured or applied.', {
    suggestions: ['Close `chezmoi edit`, or wait for the chezmoi that runs; the next sync continues.'],
  });
}
