import { UpdateFailure } from '../failure.ts';
import type { UpdateReport } from '../report.ts';

/** So many runs in a row that did not come through for the same passing reason are told. */
export const patience = 3;

type Run = Pick<UpdateReport, 'failure'>;

/** How many of the last runs were put off by another switch of the machine. Pure. */
export function heldUpInARow(reports: readonly Run[]): number {
  return reports.length - 1 - reports.findLastIndex(({ failure }) => failure?.class !== 'busy');
}

/** Says of a switch that holds up run after run that it will hardly end by itself. */
export function insisting(failure: UpdateFailure | undefined, earlier: readonly Run[]): UpdateFailure | undefined {
  const runs = heldUpInARow(earlier) + 1;
  if (failure?.failureClass !== 'busy' || runs < patience) return failure;
  const { message, output, deferred } = failure;
  const insistence = `This is run ${runs} in a row that it has put off: end it, or restart the machine.`;
  return new UpdateFailure('busy', `${message} ${insistence}`, { output, deferred });
}
