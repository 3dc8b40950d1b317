import { UpdateFailure } from './failure.ts';
import { healthProblems } from './health/check-health.ts';
import { healthFailure } from './health/health-failure.ts';
import { beginLockChange, prepareWorktree } from './lock/begin-lock-change.ts';
import { endUnchangedLock } from './lock/end-unchanged-lock.ts';
import { keepLockChange, keepUnkeptLock } from './lock/keep-lock-change.ts';
import type { Baseline } from './machine/read-baseline.ts';
import { decideReboot } from './reboot/decide-reboot.ts';
import { holdReboot } from './reboot/hold-reboot.ts';
import { readRebootMarker } from './reboot/reboot-marker.ts';
import { readBadRevisions } from './record/bad-revisions.ts';
import type { RunFacts } from './record/finish-report.ts';
import { activateNow, makeBootDefault } from './steps/activate-system.ts';
import { awaitOtherSwitch } from './steps/await-other-switch.ts';
import { build, keepRollbackTarget } from './steps/build-system.ts';
import { checkCost } from './steps/check-cost.ts';
import { requirePreconditions } from './steps/check-preconditions.ts';
import { evaluate } from './steps/evaluate-system.ts';
import { runHooks } from './steps/run-hooks.ts';
import { requireOwnSystem, requireSameSystem } from './steps/same-system.ts';
import { pointProfile } from './steps/set-profile.ts';
import { summarise } from './steps/summarise.ts';
import { updateLock } from './steps/update-lock.ts';
import type { UpdateContext } from './update-context.ts';
import type { UpdateRun } from './update-run.ts';

/** The steps, in their order. `facts` collects what the report tells. */
export async function takeSteps(
  context: UpdateContext,
  run: UpdateRun,
  baseline: Baseline,
  facts: RunFacts,
  rebootNow: boolean,
): Promise<'updated' | 'unchanged'> {
  const { settings } = context;
  await run.step('preconditions', async () => await requirePreconditions(context));
  await run.step('hooks', async () => await runHooks(context));
  // A hook has a time of its own: one that hangs must not leave nix without any.
  context.beginBudget();
  if (settings.preUpdateValidation) await run.step('validate', async () => void (await evaluate(context, settings.flakePath)));

  const begun = await run.step(
    'update-lock',
    async () => {
      const commit = await keepUnkeptLock(context);
      const begin = await beginLockChange(context);
      run.note({ lock: begin.change });
      await prepareWorktree(context, begin.change, commit);
      return { ...begin, updated: await updateLock(context, begin.flake, begin.change) };
    },
    ({ updated }) => `${updated.inputs.length} inputs changed`,
  );
  const { updated, flake } = begun;
  run.note({ lock: updated.change });
  facts.inputs = updated.inputs;
  facts.lockDigest = updated.digest;
  facts.lockText = updated.text;

  const evaluated = await run.step(
    'evaluate',
    async () => await evaluate(context, flake),
    ({ output }) => output,
  );
  if (isInPlace(context, baseline, evaluated.output)) {
    await endUnchangedLock(context, updated.change, updated.digest);
    facts.reboot = await run.step(
      'reboot',
      async () => await decideReboot(context, { baseline, facts, target: evaluated.output, rebootNow, needsBoot: false }),
      String,
    );
    return 'unchanged';
  }
  run.note({ target: evaluated.output });
  refuseBad(context, evaluated.output, updated.digest);

  await run.step(
    'cost',
    async () => await checkCost(context, evaluated.derivation),
    ({ builds, fetches }) => `${builds} to build, ${fetches} to fetch`,
  );
  await run.step(
    'build',
    async () => {
      await keepRollbackTarget(context, baseline);
      await build(context, evaluated);
    },
    () => evaluated.output,
  );
  facts.summary = await run.step(
    'summary',
    async () => await summarise(context, baseline.profile ?? baseline.current, evaluated.output),
    (lines) => `${lines.length} packages changed`,
  );

  const needsBoot = await deploy(context, run, baseline, evaluated.output);
  await run.step('keep-lock', async () => await keepLockChange(context, updated.change), String);
  facts.reboot = await run.step(
    'reboot',
    async () => await decideReboot(context, { baseline, facts, target: evaluated.output, rebootNow, needsBoot }),
    String,
  );
  return 'updated';
}

/** Active, healthy, and only then the default. @returns whether it needs a boot to be active */
async function deploy(context: UpdateContext, run: UpdateRun, baseline: Baseline, target: string): Promise<boolean> {
  const { settings } = context;
  let needsBoot = settings.operation === 'boot';
  requireSameSystem(context, baseline);
  await holdReboot(context);
  if (!needsBoot) {
    const activation = await run.step(
      'activate',
      async () => await activateNow(context, target, () => requireSameSystem(context, baseline)),
      String,
    );
    needsBoot = activation === 'needs-boot';
    if (activation === 'with-failed-units') context.warn('The activation reported failed units; the health check decides.');
  }
  run.note({ needsBoot });
  if (!needsBoot) {
    await run.step('health', async () => {
      const problems = await healthProblems(context, baseline.failedUnits);
      // Somebody's own switch, which stops and starts units, may be why.
      if (problems.length > 0) await awaitOtherSwitch(context, settings.activationTimeout);
      requireOwnSystem(context, { target, baseline }, 'current');
      if (problems.length > 0) throw healthFailure(problems);
    });
  }
  if (settings.operation === 'test') return false;
  await run.step('profile', async () => {
    requireOwnSystem(context, { target, baseline }, 'profile');
    await pointProfile(context, target);
  });
  await run.step(
    'boot',
    async () => await makeBootDefault(context, target, () => requireSameSystem(context, { profile: target })),
  );
  return needsBoot;
}

/** Nothing to deploy: it is what boots and, unless that waits for a boot, what is active. */
function isInPlace({ settings, host, layout }: UpdateContext, baseline: Baseline, output: string): boolean {
  if (settings.operation === 'test') return baseline.current === output;
  if (baseline.profile !== output) return false;
  return (
    settings.operation === 'boot' ||
    baseline.current === output ||
    readRebootMarker(host.files, layout.reboot)?.expected === output
  );
}

function refuseBad({ host, layout }: UpdateContext, output: string, lockDigest: string): void {
  const bad = readBadRevisions(host.files, layout.badRevisions).find(({ path }) => path === output);
  if (bad === undefined) return;
  throw new UpdateFailure(
    'bad-revision',
    `This system was sent back on ${bad.at.slice(0, 10)} (${bad.reason}); a newer one is awaited. Lock ${lockDigest.slice(0, 12)}.`,
  );
}
