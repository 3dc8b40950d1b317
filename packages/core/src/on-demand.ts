// Most of core, loaded by the first call of what needs it: loaded at once it would double the time that importing core takes.

import type { MakeRenderingInput } from './plan/make-rendering.ts';
import type { Rendering } from './plan/render.ts';

/**
 * Makes a plan so: exactly that, or nothing.
 *
 * @throws ROTA_PLAN_STALE, ROTA_LOCK_HELD, ROTA_REMOVALS_REFUSED, ROTA_APPLY_FAILED, ROTA_APPLY_INCOMPLETE, ROTA_ADOPT_CHANGED,
 *   ROTA_STATE_NEWER, ROTA_STATE_FOREIGN
 * @function
 */
export const applyPlan: typeof import('./apply/apply-plan.ts').applyPlan = async (...input) =>
  (await import('./on-demand-bodies.ts')).applyPlan(...input);

/**
 * Installs an earlier generation byte for byte, or removes everything.
 *
 * @throws ROTA_GENERATION_UNKNOWN, ROTA_LOCK_HELD, ROTA_APPLY_FAILED, ROTA_APPLY_INCOMPLETE
 * @function
 */
export const rollback: typeof import('./apply/rollback.ts').rollback = async (...input) =>
  (await import('./on-demand-bodies.ts')).rollback(...input);

/**
 * Finishes or undoes an apply that was cut off; `null` when there was none.
 *
 * @throws ROTA_APPLY_INCOMPLETE
 * @function
 */
export const recoverNamespace: typeof import('./apply/recover-namespace.ts').recoverNamespace = async (...input) =>
  (await import('./on-demand-bodies.ts')).recoverNamespace(...input);

/**
 * What the daily maintenance job does: renews horizons, sends what is spooled, notices missed runs, drops old records.
 *
 * @function
 */
export const maintain: typeof import('./apply/maintain.ts').maintain = async (...input) =>
  (await import('./on-demand-bodies.ts')).maintain(...input);

/**
 * Installs or removes the maintenance job, as the installed jobs need it.
 *
 * @returns whether it is installed now
 * @function
 */
export const ensureMaintenance: typeof import('./apply/maintenance-job.ts').ensureMaintenance = async (...input) =>
  (await import('./on-demand-bodies.ts')).ensureMaintenance(...input);

/**
 * What would keep jobs from running on this machine, each with the remedy.
 *
 * @function
 */
export const diagnose: typeof import('./doctor/diagnose.ts').diagnose = async (...input) =>
  (await import('./on-demand-bodies.ts')).diagnose(...input);

/**
 * Text of the runner's bundle, for those who install it in a way of their own.
 *
 * @throws ROTA_RUNNER_MISSING
 * @function
 */
export const readRunner: typeof import('./run/read-runner.ts').readRunner = async (...input) =>
  (await import('./on-demand-bodies.ts')).readRunner(...input);

/**
 * Runs the jobs of the embedded backend in this process until the signal aborts.
 *
 * @function
 */
export const runAll: typeof import('./embedded/run-all.ts').runAll = async (...input) =>
  (await import('./on-demand-bodies.ts')).runAll(...input);

/**
 * Everything that recurs on this machine and is not of Rota.
 *
 * @function
 */
export const readInventory: typeof import('./import/read-inventory.ts').readInventory = async (...input) =>
  (await import('./on-demand-bodies.ts')).readInventory(...input);

/**
 * Compares what is declared with what is installed. Reads the machine, changes nothing.
 *
 * @throws ROTA_JOB_REFUSED with one issue for each job that cannot be had; ROTA_BACKEND_UNKNOWN, ROTA_BACKEND_UNAVAILABLE,
 *   ROTA_BACKEND_POLICY, ROTA_NAMESPACE_SOURCE, ROTA_STATE_DAMAGED, ROTA_ADOPT_CHANGED
 * @function
 */
export const makePlan: typeof import('./plan/make-plan.ts').makePlan = async (...input) =>
  (await import('./on-demand-bodies.ts')).makePlan(...input);

/**
 * The status of the installed jobs of a namespace, sorted by tenant and name.
 *
 * @function
 */
export const readStatus: typeof import('./status/read-status.ts').readStatus = async (...input) =>
  (await import('./on-demand-bodies.ts')).readStatus(...input);

/**
 * What the plugins of a declaration say of themselves. One that fails or takes longer than ten seconds is told of, and stops nothing.
 *
 * @function
 */
export const readPluginStatus: typeof import('./plugin/read-plugin-status.ts').readPluginStatus = async (...input) =>
  (await import('./on-demand-bodies.ts')).readPluginStatus(...input);

/**
 * The first run of a job that begins after an instant, once it has ended.
 *
 * @throws ROTA_WAIT_TIMEOUT, ROTA_JOB_UNKNOWN
 * @function
 */
export const waitForRun: typeof import('./status/wait-for-run.ts').waitForRun = async (...input) =>
  (await import('./on-demand-bodies.ts')).waitForRun(...input);

/**
 * Takes declarations from a Git repository and applies them, or keeps what is installed and says why.
 *
 * @function
 */
export const syncRepository: typeof import('./sync/sync-repository.ts').syncRepository = async (...input) =>
  (await import('./on-demand-bodies.ts')).syncRepository(...input);

/** What apply would install for these jobs on one backend, whether or not the backend is here. */
export async function makeRendering(input: MakeRenderingInput): Promise<Rendering> {
  return (await import('./on-demand-bodies.ts')).makeRendering(input);
}

/** Foreign entries as declarations, each with what could not be carried over. */
export async function declareEntries(
  ...input: Parameters<typeof import('./import/declare-entries.ts').declareEntries>
): Promise<ReturnType<typeof import('./import/declare-entries.ts').declareEntries>> {
  return (await import('./on-demand-bodies.ts')).declareEntries(...input);
}

/** What would run over a period: starts, load, collisions, days of clock changes, a stagger for several hosts. */
export async function simulate(
  ...input: Parameters<typeof import('./plan/simulate.ts').simulate>
): Promise<ReturnType<typeof import('./plan/simulate.ts').simulate>> {
  return (await import('./on-demand-bodies.ts')).simulate(...input);
}

/** What one backend makes of one job: the native lines, the proof, who does what. */
export async function translateJob(
  ...input: Parameters<typeof import('./plan/translate-job.ts').translateJob>
): Promise<ReturnType<typeof import('./plan/translate-job.ts').translateJob>> {
  return (await import('./on-demand-bodies.ts')).translateJob(...input);
}

/**
 * Reads a config or manifests, checks everything, and narrows the jobs to this host. Reads each file anew; changes nothing.
 *
 * @throws ROTA_DECLARATION_INVALID with every problem in `issues`; one bad manifest refuses the whole declaration.
 * @throws ROTA_CONFIG_NOT_FOUND when there is nothing to read.
 * @function
 */
export const loadDeclaration: typeof import('./config/load-declaration.ts').loadDeclaration = async (...input) =>
  (await import('./on-demand-bodies.ts')).loadDeclaration(...input);

/**
 * The same for who wants the problems as data.
 *
 * @throws ROTA_CONFIG_NOT_FOUND
 * @function
 */
export const attemptDeclaration: typeof import('./config/load-declaration.ts').attemptDeclaration = async (...input) =>
  (await import('./on-demand-bodies.ts')).attemptDeclaration(...input);

/**
 * Checks a declaration without throwing for bad input, a missing config included.
 *
 * @function
 */
export const validateDeclaration: typeof import('./config/validate-declaration.ts').validateDeclaration = async (...input) =>
  (await import('./on-demand-bodies.ts')).validateDeclaration(...input);

/**
 * A declaration of jobs that a program holds as values, without a config or a file. They are the namespace's complete declaration: a job that
 * is left out is planned for removal.
 *
 * @throws ROTA_DECLARATION_INVALID with every problem in `issues`.
 * @function
 */
export const declarationOf: typeof import('./config/declaration-of.ts').declarationOf = async (...input) =>
  (await import('./on-demand-bodies.ts')).declarationOf(...input);

/**
 * Reads the manifests of a file: one or several YAML documents, every problem at once, each with line and column.
 * Touches no file: `file` is a name for messages. An empty text is an issue. The context comes from `jobContext`.
 *
 * @function
 */
export const parseManifests: typeof import('./job/parse-manifests.ts').parseManifests = async (...input) =>
  (await import('./on-demand-bodies.ts')).parseManifests(...input);
