import type { JobKey } from '../../job/job.ts';
import type { Claim } from '../admit/job-state.ts';
import { keptName, nodeVariables } from './node-variables.ts';
import type { Resolver } from './resolve-references.ts';

/** systemd tells a service by these which unit started it; a job must not take them for its own. */
const notForJobs = ['TRIGGER_UNIT', 'TRIGGER_TIMER_REALTIME_USEC', 'TRIGGER_TIMER_MONOTONIC_USEC', 'NOTIFY_SOCKET'];

/** The environment that the scheduler gave: the runner's own, without what is only the runner's, and with what the launcher set aside. */
export function inheritedEnvironment(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const inherited = { ...env };
  for (const name of notForJobs) delete inherited[name];
  for (const name of nodeVariables) {
    const kept = inherited[keptName(name)];
    if (kept !== undefined) inherited[name] = kept;
    delete inherited[keptName(name)];
  }
  return inherited;
}

/** What a job's process, its hooks and its alert commands find: the runner's environment, the declared one, and which run it is. */
export function jobEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  declared: Readonly<Record<string, string>>,
  resolver: Pick<Resolver, 'resolve'>,
  run: JobKey & { readonly runId: string | null; readonly scheduledAt: Claim['scheduledAt'] },
): NodeJS.ProcessEnv {
  return {
    ...withoutNamesakes(inheritedEnvironment(own), Object.keys(declared), process.platform),
    ...Object.fromEntries(Object.entries(declared).map(([name, text]) => [name, resolver.resolve(text, `env.${name}`)])),
    ROTA_JOB: run.name,
    ROTA_TENANT: run.tenant,
    ROTA_RUN_ID: run.runId ?? '',
    ROTA_SCHEDULED_AT: run.scheduledAt ?? '',
  };
}

/** Windows knows a variable in either case, and of two names that differ in it Node hands on one alone, the first by the alphabet: what was declared must be it. */
export function withoutNamesakes(
  inherited: NodeJS.ProcessEnv,
  declared: readonly string[],
  platform: NodeJS.Platform,
): NodeJS.ProcessEnv {
  if (platform !== 'win32') return inherited;
  const names = new Set(declared.map((name) => name.toUpperCase()));
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => !names.has(name.toUpperCase())));
}
