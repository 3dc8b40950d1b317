import type { Job } from '../job/job.ts';
import { hasReferences } from '../job/normalise/references.ts';
import { type Feature, features } from './feature.ts';

/** The features that a job uses, in the order of the table. Pure. */
export function featuresOf(job: Job, hasFollowers: boolean): readonly Feature[] {
  const used = new Set<Feature>([...triggerFeatures(job), `concurrency.${job.concurrency.policy}`, 'history', 'output']);
  const when = (condition: boolean, feature: Feature): void => void (condition && used.add(feature));
  when(job.persistent, 'persistent');
  when(job.startingDeadlineMs !== undefined, 'startingDeadline');
  when(job.randomizedDelayMs !== undefined, 'randomizedDelay');
  when(job.accuracyMs !== undefined, 'accuracy');
  when(Object.keys(job.env).length > 0, 'env');
  when(Object.values(job.env).some(hasReferences), 'references');
  when(job.workingDir !== undefined, 'workingDir');
  when(job.shell, 'shell');
  when(job.timeoutMs !== undefined, 'timeout');
  when(job.retry.enabled, 'retry');
  when(job.concurrency.locks.length > 0, 'locks');
  when(job.dependsOn.length > 0, 'dependsOn');
  when(hasFollowers, 'followers');
  when(job.requires.commands.length > 0, 'requires.commands');
  when(job.requires.files.length > 0, 'requires.files');
  when(job.requires.units.length > 0, 'requires.units');
  when(job.requires.network !== undefined, 'requires.network');
  when(job.requires.power !== undefined, 'requires.power');
  when(
    Object.values(job.hooks).some((commands) => commands.length > 0),
    'hooks',
  );
  when(job.checkin?.enabled === true, 'checkin');
  when(job.alerts !== undefined, 'alerts');
  when(job.paused, 'paused');
  for (const [key, value] of Object.entries(job.resources)) when(value !== undefined, `resources.${key}` as Feature);
  for (const [key, value] of Object.entries(job.sandbox)) when(value !== undefined, `sandbox.${key}` as Feature);
  return features.filter((feature) => used.has(feature));
}

function triggerFeatures(job: Job): readonly Feature[] {
  return job.trigger.kind === 'schedule' ? ['schedule', 'timezone'] : [job.trigger.kind];
}
