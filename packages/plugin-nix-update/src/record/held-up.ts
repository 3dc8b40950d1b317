import { UpdateFailure } from '../failure.ts';
import type { UpdateReport } from '../report.ts';

/** So many runs in a row that did not come through for the same passing reason are told. */
export const patience = 3;

type Run = Pick<UpdateReport, 'failure'>;

/** How many of the last runs were put off by another switch of the machine. Pure. */
export function heldUpInARow(reports: readonly Run[]): number {
  return lastInARow(reports, ({ failure }) => failure?.class === 'busy').length;
}

function lastInARow<T>(reports: readonly T[], isSuch: (report: T) => boolean): readonly T[] {
  return reports.slice(reports.findLastIndex((report) => !isSuch(report)) + 1);
}

/** Says of a switch that holds up run after run that it will hardly end by itself, and of a condition since when it has put updates off. */
export function insisting(
  failure: UpdateFailure | undefined,
  earlier: readonly Pick<UpdateReport, 'failure' | 'status' | 'startedAt'>[],
): UpdateFailure | undefined {
  if (failure?.failureClass === 'busy') {
    const runs = heldUpInARow(earlier) + 1;
    return runs < patience
      ? failure
      : adding(failure, `This is run ${runs} in a row that it has put off: end it, or restart the machine.`);
  }
  if (failure?.failureClass !== 'precondition' || !failure.deferred) return failure;
  const before = lastInARow(earlier, (run) => run.status === 'deferred' && run.failure?.class === 'precondition');
  const runs = before.length + 1;
  const [first] = before;
  if (first === undefined || runs < patience) return failure;
  return adding(failure, `Updates have been put off since ${first.startedAt.slice(0, 10)}, ${runs} runs in a row.`);
}

function adding({ failureClass, message, output, deferred }: UpdateFailure, sentence: string): UpdateFailure {
  return new UpdateFailure(failureClass, `${message} ${sentence}`, { output, deferred });
}
