import { createHost, type Host, type ProcessResult } from '@rota/core';
import { type Command, printCommand } from './machine/command.ts';
import { updateLayout } from './machine/layout.ts';
import { updateEnvironment } from './machine/update-environment.ts';
import { updatedSystem } from './machine/updated-system.ts';
import type { Settings } from './settings/options-schema.ts';
import type { UpdateCause } from './update-cause.ts';
import type { UpdateContext } from './update-context.ts';

/** A context, and what was run and said with it. */
export interface OpenContext {
  readonly context: UpdateContext;
  readonly commands: () => readonly string[];
  readonly warnings: () => readonly string[];
}

const quickCommandMs = 120_000;
/** Of a log of all that is built, the end tells why it failed. */
const outputEnd = 1_000_000;

/** Puts together what the steps get. Reads nothing and changes nothing. */
export function openContext(settings: Settings, cause: UpdateCause, host: Host = createHost()): OpenContext {
  const commands: string[] = [];
  const warnings: string[] = [];
  const env = updateEnvironment(host);
  const begin = performance.now();
  const elapsedMs = (): number => performance.now() - begin;
  let budgetBeganMs = 0;
  const call = async (command: Command): Promise<ProcessResult> => {
    commands.push(printCommand(command));
    const { file, args, cwd = '/', timeoutMs = quickCommandMs, wholeOutput = false } = command;
    return await host.run({ file, args, cwd, env, timeoutMs, ...(wholeOutput ? {} : { outputEnd }) });
  };
  return {
    context: {
      host,
      settings,
      system: updatedSystem(host, settings.system),
      layout: updateLayout(host.stateDir, settings.logFile),
      cause,
      call,
      elapsedMs,
      beginBudget: () => {
        budgetBeganMs = elapsedMs();
      },
      remainingMs: () => Math.max(1000, settings.timeout - (elapsedMs() - budgetBeganMs)),
      warn: (message) => void warnings.push(message),
    },
    commands: () => commands,
    warnings: () => warnings,
  };
}
