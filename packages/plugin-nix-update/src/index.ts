import { nixCommands } from './commands/nix-commands.ts';

export { type FailureClass, failureClasses } from './failure.ts';
export type { InputChange } from './lock/lock-inputs.ts';
export { type PlannedCommand, type PlanUpdateInput, planUpdate } from './plan-update.ts';
export { nixUpdate } from './plugin.ts';
export type { RebootMarker, RebootState } from './reboot/reboot-marker.ts';
export type { RebootNeed } from './reboot/reboot-needed.ts';
export type { BadRevision } from './record/bad-revisions.ts';
export type { UpdateReport, UpdateStatus } from './report.ts';
export { type CheckInput, checkUpdateHealth, type UpdateHealth } from './run-check.ts';
export { type RebootAnswer, type RebootInput, rebootForUpdate } from './run-reboot.ts';
export { type RollbackInput, rollback } from './run-rollback.ts';
export { type RunUpdateInput, runUpdate } from './run-update.ts';
export { type VerificationInput, verifyUpdate } from './run-verification.ts';
export { type NixUpdateOptions, optionsSchema } from './settings/options-schema.ts';
export type { UpdateStatistics } from './status/update-statistics.ts';
export { type NixStatus, type StatusInput, updateStatus } from './status/update-status.ts';
export type { PreconditionResult } from './steps/check-preconditions.ts';
export { type StepName, stepNames } from './steps/step-names.ts';
export type { UpdateCause } from './update-cause.ts';
export type { StepEvent } from './update-run.ts';

/** The commands below `rota nix` as they are without a config: `rollback`, `status`, `history`, `verify` and those of the reboot work. */
export const commandGroup = nixCommands(undefined);
