export type { FailureClass } from './failure.ts';
export type { UpdateReport, UpdateStatus } from './report.ts';
export { type RunUpdateInput, runUpdate } from './run-update.ts';
