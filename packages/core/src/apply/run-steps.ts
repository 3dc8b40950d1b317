import type { Artifact, Backend } from '../backend/backend.ts';
import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import { originalKey, type TakenOff } from './hand-over.ts';
import { heldOriginals } from './held-originals.ts';
import { expectedAfter, type JournalStep } from './journal.ts';

export interface RunStepsInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly namespace: string;
  readonly steps: readonly JournalStep[];
  /** Whether some of it may have been done before. @default false: all that leaves is there */
  readonly isResumed?: boolean;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called with each original that was to run again and stays off, and why. */
  readonly onLeftOff?: ((original: AdoptedOriginal, why: string) => void) | undefined;
  /** Called when a step took something off and more is to follow; answers the same steps as they shall go on. */
  readonly onTakenOff: (steps: readonly JournalStep[], index: number, taken: TakenOff) => readonly JournalStep[];
}

/**
 * Has each backend make its batch, then reads back what stands there.
 *
 * @throws what the backend throws; ROTA_APPLY_FAILED when what stands there is not what was asked for.
 */
export async function runSteps(input: RunStepsInput): Promise<void> {
  const total = input.steps.reduce((sum, step) => sum + step.changes.length, 0);
  let { steps } = input;
  let done = 0;
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index];
    if (step === undefined) break;
    const backend = backendOf(input.backends, step.backend);
    const leaving = index + 1 < steps.length ? await leavingNow(input, backend, step) : nothing;
    await runStep(input, backend, step, (part) => input.onProgress?.(done + part, total));
    done += step.changes.length;
    if (leaving.jobs.size + leaving.originals.size > 0) steps = input.onTakenOff(steps, index, leaving);
  }
  await keepOff(input, steps);
}

/**
 * Foreign entries that were switched off before the others were made are so still: whoever had the table of a scheduler open meanwhile has put them back
 * by saving it, and both would run. Where they are off, nothing is done; one that was edited meanwhile is another entry, which stays.
 */
async function keepOff(input: RunStepsInput, steps: readonly JournalStep[]): Promise<void> {
  for (const step of steps) {
    const off = (step.foreign?.switches ?? []).filter(({ to }) => to === 'off').map((one) => ({ ...one, mustExist: false }));
    if (step.foreign === undefined || off.length === 0) continue;
    const backend = backendOf(input.backends, step.backend);
    const on = new Set(
      ((await backend.inventory?.(input.host)) ?? []).map(({ identity }) => `${identity?.key}\0${identity?.digest}`),
    );
    const switches = off.filter(({ original: { key, digest } }) => on.has(`${key}\0${digest}`));
    if (switches.length === 0) continue;
    await runStep(input, backend, { ...step, foreign: { ...step.foreign, switches } }, () => undefined);
  }
}

const nothing: TakenOff = { jobs: new Set(), originals: new Set() };

/** What a step takes off, as far as it is still on. */
async function leavingNow(input: RunStepsInput, backend: Backend, step: JournalStep): Promise<TakenOff> {
  const jobs = step.changes.filter(({ after, before }) => after === null && before !== null);
  const off = (step.foreign?.switches ?? []).filter(({ to }) => to === 'off').map(({ original }) => original);
  if (jobs.length + off.length === 0) return nothing;
  const all = { jobs: new Set(jobs.map(printJobKey)), originals: new Set(off.map(originalKey)) };
  if (input.isResumed !== true) return all;
  const { host, namespace } = input;
  const expected = new Map(jobs.flatMap((job) => (job.before === null ? [] : [[printJobKey(job), job.before] as const])));
  const installed = jobs.length === 0 ? [] : await backend.list(host, { namespace, expected });
  const foreign = off.length === 0 ? [] : ((await backend.inventory?.(host)) ?? []);
  const there = new Set(installed.map(printJobKey));
  const running = new Set(
    foreign.flatMap(({ identity, backend: name }) =>
      identity === undefined ? [] : [originalKey({ backend: name, key: identity.key })],
    ),
  );
  return {
    jobs: new Set([...all.jobs].filter((job) => there.has(job))),
    originals: new Set([...all.originals].filter((original) => running.has(original))),
  };
}

async function runStep(
  input: RunStepsInput,
  backend: Backend,
  step: JournalStep,
  onProgress: (done: number) => void,
): Promise<void> {
  const { dialect, changes, foreign } = step;
  if (foreign === undefined) {
    await backend.apply(input.host, { namespace: input.namespace, changes, dialect, onProgress });
    await verify(input, backend, step);
  } else {
    if (backend.switchForeign === undefined) throw cannotAdopt(backend);
    const { host, steps, onLeftOff = () => undefined } = input;
    await backend.switchForeign(host, { dialect, ...foreign, held: heldOriginals(host, steps, step), onLeftOff });
  }
}

async function verify({ host, namespace }: RunStepsInput, backend: Backend, step: JournalStep): Promise<void> {
  const wanted = expectedAfter(step);
  const expected = new Map(wanted.flatMap((job) => (job.artifact === null ? [] : [[printJobKey(job), job.artifact] as const])));
  const installed = new Map((await backend.list(host, { namespace, expected })).map((entry) => [printJobKey(entry), entry]));
  for (const { artifact, ...job } of wanted) {
    const found = installed.get(printJobKey(job));
    const wrong =
      artifact === null
        ? found && !found.drift.some((drift) => drift.kind === 'foreign') && 'is still there'
        : missingOrOther(artifact, found);
    if (wrong) {
      throw new RotaError('ROTA_APPLY_FAILED', `After the change, ${printJobKey(job)} ${wrong} in ${backend.name}.`, {
        suggestions: ['Perhaps someone else edited it at the same moment: plan again.'],
      });
    }
  }
}

function missingOrOther(
  artifact: Artifact,
  found: { readonly digest: string | undefined; readonly drift: readonly { readonly detail: string }[] } | undefined,
): string | undefined {
  if (found === undefined) return 'is not there';
  if (found.digest !== artifact.digest) return 'is not what was installed';
  return found.drift[0] && `differs from what was installed (${found.drift[0].detail})`;
}

function cannotAdopt({ name }: Backend): RotaError {
  return new RotaError('ROTA_APPLY_FAILED', `The backend ${name} cannot take over entries that Rota did not make.`, {
    suggestions: ['Remove the entry by hand, and the annotation `rota/adopts` of the job.'],
  });
}

function backendOf(backends: readonly Backend[], name: string): Backend {
  const backend = backends.find((candidate) => candidate.name === name);
  if (backend !== undefined) return backend;
  throw new RotaError(
    'ROTA_BACKEND_UNKNOWN',
    `Installed jobs are on the backend \`${name}\`, which this program does not have.`,
    {
      suggestions: [`Add the backend ${name} to this program's backends.`],
    },
  );
}
