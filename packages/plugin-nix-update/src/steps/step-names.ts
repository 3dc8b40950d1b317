/** The steps of an update, in their order. */
export const stepNames = [
  'preconditions',
  'hooks',
  'validate',
  'update-lock',
  'evaluate',
  'cost',
  'build',
  'summary',
  'activate',
  'health',
  'profile',
  'boot',
  'keep-lock',
  'reboot',
] as const;

/** One of {@link stepNames}. */
export type StepName = (typeof stepNames)[number];

/** From this step on a run that was cut off is finished, not undone: the new system has shown its health. */
export const firstKeptStep: StepName = 'profile';

export function isAtOrAfter(step: StepName, other: StepName): boolean {
  return stepNames.indexOf(step) >= stepNames.indexOf(other);
}
