import type { Command } from '../../job/job.ts';
import { type ProcessEnd, type RunProcess, runProcess } from './run-process.ts';

/** How long a hook may take when the job has no time-out of its own. */
const hookMs = 5 * 60_000;

/** Runs hooks one after the other. Answers in words the first one that failed; `all` goes on with the rest nevertheless. */
export async function runHooks(
  name: string,
  hooks: readonly Command[],
  request: Omit<RunProcess, 'command' | 'shell'>,
  all: boolean,
): Promise<string | null> {
  let problem: string | null = null;
  for (const command of hooks) {
    if (all && request.cancel.aborted) {
      problem ??= `The hook ${name} (${command[0] ?? ''}) was not run: there is no time left.`;
      break;
    }
    const end = await runProcess({ ...request, command, shell: false, timeoutMs: request.timeoutMs ?? hookMs });
    if (end.exitCode === 0 && !end.timedOut) continue;
    problem ??= `The hook ${name} (${command[0] ?? ''}) failed: ${inWords(end)}.`;
    if (!all) break;
  }
  return problem;
}

function inWords({ problem, timedOut, signal, exitCode }: ProcessEnd): string {
  if (problem !== null) return problem.replace(/\.$/, '');
  if (timedOut) return 'it took too long';
  return signal === null ? `status ${exitCode}` : `ended by ${signal}`;
}
