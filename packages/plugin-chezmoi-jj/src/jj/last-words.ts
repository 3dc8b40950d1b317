import type { ProcessResult } from '@rota/core';

/** What a program said when it failed, as one line without its hints. */
export function lastWords({ stderr, timedOut, exitCode, signal }: ProcessResult): string {
  if (timedOut) return 'it did not answer in time.';
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(chezmoi|fatal|error|Error): /, '').trim())
    .filter((line) => line !== '' && !/^(Hint|Warning): /.test(line));
  // What the system said comes last among jj's causes.
  const cause = lines
    .slice(4)
    .filter((line) => /\(os error \d+\)/.test(line))
    .slice(-1);
  return (
    [...lines.slice(0, 4), ...cause].join(' ') || (signal === null ? `exit status ${exitCode}.` : `it was ended by ${signal}.`)
  );
}
