import type { MakeRenderingInput } from '../../plan/make-rendering.ts';
import type { Rendering } from '../../plan/render.ts';

// Public functions whose bodies are loaded by the first call: loaded at once they would double the time that importing core takes.

/**
 * Compares what is declared with what is installed. Reads the machine, changes nothing.
 *
 * @throws ROTA_JOB_REFUSED with one issue for each job that cannot be had; ROTA_BACKEND_UNKNOWN, ROTA_BACKEND_UNAVAILABLE,
 *   ROTA_BACKEND_POLICY, ROTA_NAMESPACE_SOURCE, ROTA_STATE_DAMAGED, ROTA_ADOPT_CHANGED
 * @function
 */
export const makePlan: typeof import('../../plan/make-plan.ts').makePlan = async (...input) =>
  (await import('./bodies.ts')).makePlan(...input);

/** What apply would install for these jobs on one backend, whether or not the backend is here. */
export async function makeRendering(input: MakeRenderingInput): Promise<Rendering> {
  return (await import('./bodies.ts')).makeRendering(input);
}

/** What one backend makes of one job: the native lines, the proof, who does what. */
export async function translateJob(
  ...input: Parameters<typeof import('../../plan/translate-job.ts').translateJob>
): Promise<ReturnType<typeof import('../../plan/translate-job.ts').translateJob>> {
  return (await import('./bodies.ts')).translateJob(...input);
}

/** What would run over a period: starts, load, collisions, days of clock changes, a stagger for several hosts. */
export async function simulate(
  ...input: Parameters<typeof import('../../plan/simulate.ts').simulate>
): Promise<ReturnType<typeof import('../../plan/simulate.ts').simulate>> {
  return (await import('./bodies.ts')).simulate(...input);
}

/**
 * Makes a plan so: exactly that, or nothing.
 *
 * @throws ROTA_PLAN_STALE, ROTA_LOCK_HELD, ROTA_REMOVALS_REFUSED, ROTA_APPLY_FAILED, ROTA_APPLY_INCOMPLETE, ROTA_ADOPT_CHANGED,
 *   ROTA_STATE_NEWER, ROTA_STATE_FOREIGN
 * @function
 */
export const applyPlan: typeof import('../../apply/apply-plan.ts').applyPlan = async (...input) =>
  (await import('./bodies.ts')).applyPlan(...input);

/**
 * Finishes or undoes an apply that was cut off; `null` when there was none.
 *
 * @throws ROTA_APPLY_INCOMPLETE
 * @function
 */
export const recoverNamespace: typeof import('../../apply/recover-namespace.ts').recoverNamespace = async (...input) =>
  (await import('./bodies.ts')).recoverNamespace(...input);

/**
 * Installs an earlier generation byte for byte, or removes everything.
 *
 * @throws ROTA_GENERATION_UNKNOWN, ROTA_LOCK_HELD, ROTA_APPLY_FAILED, ROTA_APPLY_INCOMPLETE
 * @function
 */
export const rollback: typeof import('../../apply/rollback.ts').rollback = async (...input) =>
  (await import('./bodies.ts')).rollback(...input);

/**
 * What the daily maintenance job does: renews horizons, sends what is spooled, notices missed runs, drops old records.
 *
 * @function
 */
export const maintain: typeof import('../../apply/maintain.ts').maintain = async (...input) =>
  (await import('./bodies.ts')).maintain(...input);

/**
 * Installs or removes the maintenance job, as the installed jobs need it.
 *
 * @returns whether it is installed now
 * @function
 */
export const ensureMaintenance: typeof import('../../apply/maintenance-job.ts').ensureMaintenance = async (...input) =>
  (await import('./bodies.ts')).ensureMaintenance(...input);

/**
 * Takes declarations from a Git repository and applies them, or keeps what is installed and says why.
 *
 * @function
 */
export const syncRepository: typeof import('../../sync/sync-repository.ts').syncRepository = async (...input) =>
  (await import('./bodies.ts')).syncRepository(...input);
