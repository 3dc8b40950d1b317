import type { Issue } from '../errors/issue.ts';
import { createHost } from '../host/create-host.ts';
import { graphIssues } from '../job/job-graph.ts';
import type { JobInput } from '../job/job-input.ts';
import { compareJobKeys } from '../job/job-key.ts';
import { jobContext } from '../job/normalise/job-context.ts';
import { duplicateIssues } from '../job/read/duplicate-issues.ts';
import { readJobInput } from '../job/read/read-job-input.ts';
import type { Declaration } from './declaration.ts';
import { declarationError } from './declaration-error.ts';
import type { DeclarationOfOptions } from './declaration-of-options.ts';
import { selectJobs } from './this-host/select-jobs.ts';

/**
 * A declaration of jobs that a program holds as values, without a config or a file. They are the namespace's complete declaration: a job that
 * is left out is planned for removal.
 *
 * @throws ROTA_DECLARATION_INVALID with every problem in `issues`.
 */
export async function declarationOf(jobs: readonly JobInput[], options: DeclarationOfOptions = {}): Promise<Declaration> {
  const host = options.host ?? createHost();
  const source = options.source ?? process.argv[1] ?? 'a program';
  const context = jobContext(host, options.tenant === undefined ? {} : { tenant: options.tenant });
  const read = await Promise.all(jobs.map((job, index) => readJobInput(job, `jobs[${index}]`, context, { file: source })));
  const all = read.flatMap(({ job }) => job ?? []).toSorted(compareJobKeys);
  const issues: Issue[] = [...read.flatMap((one) => one.issues), ...duplicateIssues(all)];
  if (issues.every(({ severity }) => severity !== 'error')) issues.push(...graphIssues(all));
  if (issues.some(({ severity }) => severity === 'error')) throw declarationError(issues);

  const identity = { hostname: host.hostname, labels: options.labels ?? {} };
  const { jobs: taken, excluded } = selectJobs(all, identity, host);
  return {
    namespace: options.namespace ?? 'default',
    source,
    baseDir: process.cwd(),
    jobs: taken,
    excluded,
    all,
    targets: [],
    hosts: [],
    host: identity,
    hostname: host.hostname,
    plugins: [],
    origins: {},
    warnings: issues,
  };
}
