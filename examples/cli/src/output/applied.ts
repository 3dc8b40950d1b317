import { type ApplyResult, printJobKey } from '@rota/core';
import type { CommandContext } from '../program/command.ts';
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
      ...(result.originals === undefined ? {} : { originals: result.originals }),
      recovered: result.recovered,
      ...(result.applyJobs === undefined ? {} : { applyJobs: result.applyJobs }),
      ...(result.maintenanceProblem === undefined ? {} : { maintenanceProblem: result.maintenanceProblem }),
    });
    return;
  }
  for (const change of result.changes) context.print(`${done[change.action]} ${printJobKey(change)} on ${change.backend}`);
  for (const { backend, id, state, leftOff } of result.originals ?? [])
    if (leftOff === undefined)
      context.print(`${state === 'on' ? 'gave its place back to' : 'took the place again of'} ${backend} ${id}`);
  for (const { tenant, name, status, reason } of result.applyJobs ?? []) {
    context.print(`${status === 'success' ? 'ran' : status} ${tenant}/${name}${reason === null ? '' : `: ${reason}`}`);
  }
  if (result.maintenanceProblem !== undefined) context.say(`The maintenance job was not installed: ${result.maintenanceProblem}`);
  context.say(`${sentence(namespace, result)}.`);
  for (const { backend, id, leftOff } of result.originals ?? [])
    if (leftOff !== undefined) context.say(`${backend} ${id} stays off. ${leftOff}`);
  const doubled = (result.originals ?? []).filter((original) => original.doubled).map(({ job }) => printJobKey(job));
  if (doubled.length > 0)
    context.say(
      `These jobs run, and so does what they were imported from: ${doubled.join(', ')}. rota apply --adopt leaves only the jobs.`,
    );
}

function sentence(namespace: string, { changes, originals = [], generation }: ApplyResult): string {
  const count = changes.length + originals.filter(({ leftOff }) => leftOff === undefined).length;
  if (count === 0) return `Nothing was changed in namespace ${namespace}`;
  const made = `${count} ${count === 1 ? 'change' : 'changes'} made`;
  return generation === null ? made : `${made}; recorded as generation ${generation} of namespace ${namespace}`;
}
