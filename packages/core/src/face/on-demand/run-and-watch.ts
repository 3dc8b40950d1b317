// Public functions whose bodies are loaded by the first call: loaded at once they would double the time that importing core takes.

/**
 * Runs the jobs of the embedded backend in this process until the signal aborts.
 *
 * @function
 */
export const runAll: typeof import('../../embedded/run-all.ts').runAll = async (...input) =>
  (await import('./bodies.ts')).runAll(...input);

/**
 * Text of the runner's bundle, for those who install it in a way of their own.
 *
 * @throws ROTA_RUNNER_MISSING
 * @function
 */
export const readRunner: typeof import('../../run/launch/read-runner.ts').readRunner = async (...input) =>
  (await import('./bodies.ts')).readRunner(...input);

/**
 * The status of the installed jobs of a namespace, sorted by tenant and name.
 *
 * @function
 */
export const readStatus: typeof import('../../status/read-status.ts').readStatus = async (...input) =>
  (await import('./bodies.ts')).readStatus(...input);

/**
 * What the plugins of a declaration say of themselves. One that fails or takes longer than ten seconds is told of, and stops nothing.
 *
 * @function
 */
export const readPluginStatus: typeof import('../../plugin/read-plugin-status.ts').readPluginStatus = async (...input) =>
  (await import('./bodies.ts')).readPluginStatus(...input);

/**
 * The first run of a job that begins after an instant, once it has ended.
 *
 * @throws ROTA_WAIT_TIMEOUT, ROTA_JOB_UNKNOWN
 * @function
 */
export const waitForRun: typeof import('../../status/wait-for-run.ts').waitForRun = async (...input) =>
  (await import('./bodies.ts')).waitForRun(...input);

/**
 * What would keep jobs from running on this machine, each with the remedy.
 *
 * @function
 */
export const diagnose: typeof import('../../doctor/diagnose.ts').diagnose = async (...input) =>
  (await import('./bodies.ts')).diagnose(...input);
