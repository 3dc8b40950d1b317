import type { Job } from '../job/job.ts';
import type { Capabilities } from './backend.ts';
import type { Feature, FeatureDecision } from './feature.ts';
import { featuresOf } from './job-features.ts';
import type { Lowering } from './lowering.ts';

/** What lowering must know beyond the job and the backend's capabilities. */
export interface LoweringContext {
  /** For messages. */
  readonly backend: string;
  /** The proof said that native fire times are a superset of the declared ones. */
  readonly gated: boolean;
  /** Another job is declared `after` this one. */
  readonly hasFollowers: boolean;
  /** The least number of seconds between two fire times; `undefined` for events. */
  readonly smallestGap: number | undefined;
}

/** Seconds that a process has between TERM and KILL; with `timeout` it bounds how long a native run can last. */
export const stopGraceSeconds = 30;

/** Neither the runner nor a scheduler without it can have these; a job is still run, and the plan states what is unavailable. */
const stated = /^(resources|sandbox)\./;

/** What the runner supplies where the scheduler does not. */
const byRunner: ReadonlySet<Feature> = new Set([
  'timezone',
  'after',
  'persistent',
  'startingDeadline',
  'randomizedDelay',
  'accuracy',
  'env',
  'references',
  'workingDir',
  'shell',
  'timeout',
  'retry',
  'concurrency.forbid',
  'concurrency.allow',
  'concurrency.replace',
  'concurrency.queue',
  'locks',
  'dependsOn',
  'followers',
  'requires.commands',
  'requires.files',
  'requires.units',
  'requires.network',
  'requires.power',
  'hooks',
  'checkin',
  'alerts',
  'history',
  'output',
  'resources.nice',
]);

/** What goes with the process: once the runner starts it, the runner does these too, so that `timeout` is per attempt and no lock is held twice. */
const withProcess: ReadonlySet<Feature> = new Set([
  'env',
  'workingDir',
  'shell',
  'timeout',
  'concurrency.forbid',
  'concurrency.allow',
  'history',
  'output',
  'requires.commands',
  'requires.files',
  'requires.units',
  'requires.network',
  'requires.power',
]);

/** Decides for each feature that a job uses who does it: the scheduler, the runner, or nobody. Pure. */
export function lower(job: Job, capabilities: Capabilities, context: LoweringContext): Lowering {
  const used = featuresOf(job, context.hasFollowers);
  const native = new Set<Feature>(capabilities.native);
  if (neverOverlaps(job, native, context.smallestGap)) native.add('concurrency.forbid');

  const first = used.map((feature) => [feature, decide(feature, native, capabilities, context)] as const);
  const runner =
    !capabilities.neverRunner &&
    (capabilities.alwaysRunner || context.gated || first.some(([, decision]) => decision === 'runner'));
  const decisions = first.map(
    ([feature, decision]) =>
      [feature, runner && decision === 'native' && withProcess.has(feature) ? 'runner' : decision] as const,
  );
  const refusals = decisions
    .filter(([feature, decision]) => decision === 'refused' && !stated.test(feature))
    .map(([feature]) => refusal(feature, capabilities, context.backend));
  if (capabilities.neverRunner && context.gated) refusals.push(ungateable(context.backend));
  return { features: Object.fromEntries(decisions), runner, gated: context.gated, refusals };
}

/** Features that this job asks for and that will not be had, though the job runs: each is stated in the plan. Pure. */
export function unavailableFeatures(lowering: Lowering): readonly Feature[] {
  return (Object.entries(lowering.features) as [Feature, FeatureDecision][])
    .filter(([feature, decision]) => decision === 'refused' && stated.test(feature))
    .map(([feature]) => feature);
}

function decide(
  feature: Feature,
  native: ReadonlySet<Feature>,
  capabilities: Capabilities,
  context: LoweringContext,
): FeatureDecision {
  if (capabilities.refused[feature] !== undefined) return 'refused';
  if (capabilities.neverRunner) return native.has(feature) ? 'native' : 'refused';
  if (context.gated && feature === 'timezone') return 'runner';
  // Core runs these itself, when it applies.
  if (feature === 'apply') return 'runner';
  if (native.has(feature)) return 'native';
  return byRunner.has(feature) ? 'runner' : 'refused';
}

/** A scheduler that ends every run before the next fire time needs no other overlap control. */
function neverOverlaps(job: Job, native: ReadonlySet<Feature>, smallestGap: number | undefined): boolean {
  if (!native.has('timeout') || job.timeoutMs === undefined || smallestGap === undefined) return false;
  return job.timeoutMs / 1000 + stopGraceSeconds + (job.randomizedDelayMs ?? 0) / 1000 < smallestGap;
}

function refusal(feature: Feature, capabilities: Capabilities, backend: string): string {
  const reason = capabilities.refused[feature];
  if (reason !== undefined) return `\`${feature}\` cannot be had on ${backend}: ${reason}`;
  const supplied = capabilities.neverRunner ? 'where no runner can be' : 'and the runner cannot supply it';
  return `\`${feature}\` cannot be had on ${backend}, ${supplied}. Remove it, or choose another backend for the job.`;
}

function ungateable(backend: string): string {
  return (
    `its schedule cannot be had exactly: ${backend} would also start it when it is not due, and no runner is there to filter that. ` +
    'Choose a time that no clock change touches, `timezone: UTC`, or another backend for the job.'
  );
}
