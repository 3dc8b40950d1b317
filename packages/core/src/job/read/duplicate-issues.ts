import type { Issue, SourcePlace } from '../../errors/issue.ts';
import type { Job } from '../job.ts';
import { compareJobKeys, printJobKey } from '../job-key.ts';

/** Names that stand twice in a sorted list of jobs; each message names both places. */
export function duplicateIssues(sorted: readonly Job[]): readonly Issue[] {
  return sorted.flatMap((job, index) => {
    const before = sorted[index - 1];
    if (before === undefined || compareJobKeys(before, job) !== 0) return [];
    const places = [before.source, job.source].map(printPlace).join(' and ');
    const message = `The job "${printJobKey(job)}" is declared twice: ${places}. Rename one, or remove it.`;
    return [{ code: 'ROTA_JOB_DUPLICATE', severity: 'error', message, ...job.source } satisfies Issue];
  });
}

function printPlace(place: SourcePlace | undefined): string {
  return place === undefined
    ? 'a program'
    : [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}
