import type { JobKey, NativeState } from '@rota/core';
import { neverStarted, resultText } from './result-text.ts';
import type { TaskService } from './service/task-service.ts';
import { taskName } from './task/task-name.ts';

/** What the scheduler says of jobs, by `tenant/name`; a job that it does not know is left out. */
export async function nativeStates(
  service: TaskService,
  namespace: string,
  jobs: readonly JobKey[],
): Promise<ReadonlyMap<string, NativeState>> {
  if (jobs.length === 0) return new Map();
  const facts = new Map(
    (await service.facts(jobs.map((job) => taskName(namespace, job)))).map((fact) => [fact.path.toLowerCase(), fact]),
  );
  return new Map(
    jobs.flatMap((job) => {
      const fact = facts.get(taskName(namespace, job).toLowerCase());
      if (fact === undefined) return [];
      const { running, nextRun: nextStart, lastRun: lastStart, lastResult } = fact;
      const failure = neverStarted(lastResult) ? { failure: resultText(lastResult) } : {};
      return [[`${job.tenant}/${job.name}`, { running, nextStart, lastStart, ...failure }] as const];
    }),
  );
}
