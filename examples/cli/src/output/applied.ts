import { type ApplyResult, printJobKey } from '@rota/core';
import type { CommandContext } from '../command.ts';
import { changeJson } from './change-json.ts';

const done = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
  move: 'moved',
  adopt: 'adopted',
  none: 'left',
} as const;

/** What an apply, a rollback or a destroy did. */
export function printApplied(context: CommandContext, namespace: string, result: ApplyResult): void {
  if (context.json) {
    context.printJson({
      formatVersion: 1,
      namespace,
      generation: result.generation,
      changes: result.changes.map(changeJson),
      recovered: result.recovered,
      ...(result.applyJobs === undefined ? {} : { applyJobs: result.applyJobs }),
      ...(result.maintenanceProblem === undefined ? {} : { maintenanceProblem: result.maintenanceProblem }),
    });
    return;
  }
  if (result.recovered !== null) context.say('An earlier apply had been cut off; it was dealt with first.');
  for (const change of result.changes) context.print(`${done[change.action]} ${printJobKey(change)} on ${change.backend}`);
  for (const { tenant, name, status, reason } of result.applyJobs ?? []) {
    context.print(`${status === 'success' ? 'ran' : status} ${tenant}/${name}${reason === null ? '' : `: ${reason}`}`);
  }
  if (result.maintenanceProblem !== undefined) context.say(`The maintenance job was not installed: ${result.maintenanceProblem}`);
  context.say(`${sentence(namespace, result)}.`);
}

function sentence(namespace: string, { changes, generation }: ApplyResult): string {
  if (changes.length === 0) return 'Nothing was changed';
  const made = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'} made`;
  return generation === null ? made : `${made}; recorded as generation ${generation} of namespace ${namespace}`;
}
