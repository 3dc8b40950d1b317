import { join } from 'node:path';
import type { NamespaceLayout } from '../../state/layout.ts';
import type { Claim } from '../admit/job-state.ts';
import type { RunJobInput } from '../run-job-input.ts';
import { captureWith } from './capture-output.ts';
import { inheritedEnvironment, jobEnvironment } from './job-environment.ts';
import { createResolver, type Resolver } from './resolve-references.ts';

/** What the job's process gets, with every reference resolved. */
export interface PreparedRun {
  readonly env: NodeJS.ProcessEnv;
  readonly resolver: Resolver;
  readonly secrets: ReadonlySet<string>;
  /** Why the job cannot start. */
  readonly problems: readonly string[];
}

/** Resolves the references of environment and check-in, once for all attempts and hooks. */
export function prepareRun(
  { launch, place, files, env }: Pick<RunJobInput, 'launch' | 'place' | 'files' | 'env'>,
  claim: Pick<Claim, 'runId' | 'scheduledAt'>,
): PreparedRun {
  const inherited = inheritedEnvironment(env);
  const capture = captureWith({ ...inherited, PATH: launch.env.PATH ?? inherited.PATH });
  const resolver = createResolver({ launch, files, env: inherited, capture });
  const { tenant, name } = launch;
  const own = jobEnvironment(inherited, launch.env, resolver, { tenant, name, ...claim });
  const { checkin } = launch;
  const url = checkin?.url === undefined ? undefined : resolver.resolve(checkin.url, 'checkin.url');
  const secret = checkin?.secret === undefined ? undefined : resolver.resolve(checkin.secret, 'checkin.secret');
  return {
    resolver,
    secrets: resolver.secrets,
    problems: resolver.problems,
    env: {
      ...own,
      ...(url === undefined ? {} : { ROTA_CHECKIN_URL: url }),
      ...(checkin?.by === 'job' ? { ROTA_CHECKIN_DONE: checkinDonePath(place.layout, claim.runId) } : {}),
      ...(launch.alerts?.by === 'job' ? { ROTA_ALERTS_DONE: alertsDonePath(place.layout, claim.runId) } : {}),
      ...(secret === undefined ? {} : { CHECKIN_SECRET: secret }),
    },
  };
}

/** `checkin.by: job`: a job that has reported by itself makes this file. */
export function checkinDonePath(layout: NamespaceLayout, runId: string): string {
  return join(layout.runLocks, `checkin-done.${runId}`);
}

/** `alerts.by: job`: a job that has told what there is to tell of its run makes this file. */
export function alertsDonePath(layout: NamespaceLayout, runId: string): string {
  return join(layout.runLocks, `alerts-done.${runId}`);
}
