import { UpdateFailure } from '../failure.ts';
import { failureOf } from '../machine/classify-output.ts';
import { changes } from '../machine/command.ts';
import type { PreUpdateHook } from '../settings/options-schema.ts';
import type { UpdateContext } from '../update-context.ts';

/** Runs the hooks in their order, before anything is looked at that they may change. One that may fail is a warning. */
export async function runHooks(context: UpdateContext): Promise<void> {
  for (const hook of context.settings.preUpdateHooks) {
    const problem = await hookProblem(context, hook);
    if (problem === null) continue;
    if (hook.onError === 'abort') throw new UpdateFailure('hook', problem);
    context.warn(problem);
  }
}

async function hookProblem({ call }: UpdateContext, { name, command, timeout }: PreUpdateHook): Promise<string | null> {
  const [file = '', ...args] = command;
  const what = `The hook ${name ?? command.join(' ')}`;
  try {
    const result = await call({ ...changes(file, ...args), timeoutMs: timeout });
    return result.exitCode === 0 ? null : failureOf(result, 'hook', what).message;
  } catch (error) {
    return `${what} could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
}
