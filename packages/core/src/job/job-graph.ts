import type { Issue } from '../errors/issue.ts';
import { nearest } from '../errors/nearest.ts';
import type { Job, JobKey } from './job.ts';
import { printJobKey } from './job-key.ts';

/** Which jobs a job waits for, and by which field. */
function edges(job: Job): readonly { readonly field: string; readonly to: JobKey }[] {
  const { trigger } = job;
  return [
    ...(trigger.kind === 'after' ? [{ field: 'on.after', to: trigger.job }] : []),
    ...(trigger.kind === 'apply' ? trigger.after.map((to) => ({ field: 'after', to })) : []),
    ...job.dependsOn.map(({ job: to }) => ({ field: 'dependsOn', to })),
  ];
}

/** Names that lead nowhere, `after` of an apply job that names another kind of job, and circles, each told once with its whole path. */
export function graphIssues(jobs: readonly Job[]): readonly Issue[] {
  const byKey = new Map(jobs.map((job) => [printJobKey(job), job]));
  const issues: Issue[] = [];
  for (const job of jobs) {
    for (const { field, to } of edges(job)) {
      const target = byKey.get(printJobKey(to));
      if (target === undefined) issues.push(unknownJob(job, field, to, [...byKey.keys()]));
      else if (field === 'after' && target.trigger.kind !== 'apply') {
        issues.push(
          issue(
            'ROTA_FIELD_VALUE',
            job,
            `\`after\` of "${printJobKey(job)}" names "${printJobKey(to)}", which has no \`on: apply\`: their order means nothing.`,
          ),
        );
      }
    }
  }
  for (const circle of circles(jobs, byKey)) {
    const first = circle[0];
    if (first === undefined) continue;
    const path = [...circle, first].map(printJobKey).join(' -> ');
    issues.push(issue('ROTA_JOB_CYCLE', first, `These jobs wait for each other: ${path}. Take one step out.`));
  }
  return issues;
}

function unknownJob(job: Job, field: string, to: JobKey, known: readonly string[]): Issue {
  const wanted = printJobKey(to);
  const found = known.find((key) => key.endsWith(`/${to.name}`)) ?? nearest(wanted, known);
  const suggestion = found?.startsWith(`${job.tenant}/`) ? found.slice(job.tenant.length + 1) : found;
  const hint = suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
  const message = `\`${field}\` of "${printJobKey(job)}" names the job "${wanted}", which is not declared.${hint}`;
  return { ...issue('ROTA_JOB_UNKNOWN', job, message), ...(suggestion === undefined ? {} : { suggestion }) };
}

function issue(code: Issue['code'], job: Job, message: string): Issue {
  return { code, severity: 'error', message, ...job.source };
}

/** Depth-first without recursion, so that a chain of ten thousand jobs is no stack overflow. */
function circles(jobs: readonly Job[], byKey: ReadonlyMap<string, Job>): readonly (readonly Job[])[] {
  const found: Job[][] = [];
  const done = new Set<Job>();
  for (const start of jobs) {
    const path: { readonly job: Job; readonly rest: JobKey[] }[] = [];
    const onPath = new Map<Job, number>();
    const enter = (job: Job): void => {
      onPath.set(job, path.length);
      path.push({ job, rest: edges(job).map(({ to }) => to) });
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const key = top.rest.shift();
      if (key === undefined) {
        path.pop();
        onPath.delete(top.job);
        done.add(top.job);
        continue;
      }
      const next = byKey.get(printJobKey(key));
      if (next === undefined || done.has(next)) continue;
      const at = onPath.get(next);
      if (at === undefined) enter(next);
      else found.push(path.slice(at).map(({ job }) => job));
    }
  }
  return found;
}
