/**
 * What a job can ask of whoever runs it. Each feature that a job uses is done natively by the backend, by the runner, or the job is refused.
 * A dotted name is one detail of a feature, so that a backend can have a part of it.
 */
export const features = [
  'schedule',
  'timezone',
  'boot',
  'login',
  'apply',
  'after',
  'persistent',
  'startingDeadline',
  'randomizedDelay',
  'accuracy',
  'env',
  /** A `${...}` reference that is resolved when the job runs. */
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
  /** Another job is declared `after` this one. */
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
  'paused',
  'resources.memoryMax',
  'resources.memoryHigh',
  'resources.cpuQuota',
  'resources.cpuWeight',
  'resources.ioWeight',
  'resources.tasksMax',
  'resources.nice',
  'resources.ioClass',
  'sandbox.privateTmp',
  'sandbox.protectSystem',
  'sandbox.noNewPrivileges',
  'sandbox.readWritePaths',
] as const;

/** One of {@link features}. */
export type Feature = (typeof features)[number];

/** Who does a feature. */
export type FeatureDecision = 'native' | 'runner' | 'refused';
