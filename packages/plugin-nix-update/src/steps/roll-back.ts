import { asFailure, UpdateFailure } from '../failure.ts';
import { healthProblems } from '../health/check-health.ts';
import type { UpdateJournal } from '../journal/update-journal.ts';
import { activate } from '../machine/activation-commands.ts';
import { failureOf } from '../machine/classify-output.ts';
import { followLink } from '../machine/follow-link.ts';
import type { Baseline } from '../machine/read-baseline.ts';
import type { UpdateContext } from '../update-context.ts';
import { makeBootDefault } from './activate-system.ts';
import { othersSystem, staysBehind } from './others-system.ts';
import { runActivation } from './run-activation.ts';
import { pointProfile } from './set-profile.ts';
import { waitsForBoot } from './waits-for-boot.ts';

export interface RollBackInput {
  /** What is sent back: what is neither that nor the baseline is somebody's, and stays. `null`: whatever stands there is replaced. */
  readonly target: string | null;
  /** The same of a rollback that was cut off, whose target is `null`. */
  readonly left?: UpdateJournal['left'];
  readonly baseline: Pick<Baseline, 'profile' | 'current' | 'failedUnits'>;
  /** The new system may be active. */
  readonly activated: boolean;
  /** The new system may be what boots. */
  readonly defaultChanged: boolean;
}

/** Whether there was anything before. Without it a rollback fails however often it is tried. */
export function hasWayBack({ profile, current }: RollBackInput['baseline']): boolean {
  return profile !== null || current !== null;
}

type RollBackContext = Pick<UpdateContext, 'host' | 'system' | 'settings' | 'call' | 'warn' | 'elapsedMs'>;

/**
 * Goes back to the store paths that were taken down before the update, never to "the previous generation": that may be one that was rejected.
 * What boots is put right first: a power cut in between then boots the old system. Safe to repeat.
 *
 * @returns whether what was active before can be so again after a boot only; until then the new system runs on.
 * @throws UpdateFailure of class `rollback`: the machine is not what it was, and a person has to look; a deferred one where nothing but another
 * switch, which does not end, is in the way
 */
export async function rollBack(
  context: RollBackContext,
  { baseline, target, left, activated, defaultChanged }: RollBackInput,
): Promise<boolean> {
  const problems: UpdateFailure[] = [];
  let needsBoot = false;
  const theirs = (which: 'current' | 'profile'): string | null => othersSystem(context, { target, left, baseline }, which);
  const attempt = async (which: 'current' | 'profile', work: (look: () => void) => Promise<void>): Promise<void> => {
    // Another switch that was waited for may have brought something of its own.
    const look = (): void => {
      const own = theirs(which);
      if (own !== null) throw new UpdateFailure('precondition', staysBehind(context, own, which));
    };
    try {
      await work(look);
    } catch (error) {
      const failure = asFailure(error);
      if (theirs(which) === null) problems.push(failure);
      else context.warn(failure.message);
    }
  };
  if (defaultChanged)
    await attempt('profile', async (look) => await restoreDefault(context, baseline.profile ?? baseline.current, look));
  if (activated)
    await attempt('current', async (look) => {
      needsBoot = await reactivate(context, baseline.current ?? baseline.profile, look);
    });
  const [first] = problems;
  if (first !== undefined && problems.every(({ deferred }) => deferred)) throw first;
  if (first !== undefined)
    throw new UpdateFailure('rollback', `The rollback failed: ${problems.map(({ message }) => message).join(' ')}`);

  if (needsBoot) {
    context.warn(`${baseline.current} cannot be active again before a boot; what it replaces runs until then.`);
    return true;
  }
  const unwell = activated && theirs('current') === null ? await healthProblems(context, baseline.failedUnits) : [];
  for (const problem of unwell) context.warn(`After the rollback: ${problem}`);
  return false;
}

async function restoreDefault(context: RollBackContext, profile: string | null, look: () => void): Promise<void> {
  if (profile === null) throw new UpdateFailure('rollback', 'There was no generation before this one.');
  await pointProfile(context, profile);
  await makeBootDefault(context, profile, look);
}

/** @returns whether it can be active after a boot only */
async function reactivate(context: RollBackContext, path: string | null, look: () => void): Promise<boolean> {
  const { host, system, settings } = context;
  if (path === null) throw new UpdateFailure('rollback', 'What was active before the update is not known.');
  const ownUnit = host.files.facts('/run/systemd/system') !== undefined;
  const command = activate({ system, path, action: 'test', ownUnit, timeoutMs: settings.activationTimeout });
  if (command === null) return false;
  const result = await runActivation(context, command, look);
  if (waitsForBoot(system, result)) return true;
  const switched = system.kind === 'home-manager' ? result.exitCode === 0 : followLink(host.files, system.current) === path;
  // Exit 4 is "switched, with failed units": the health check after this reports them.
  if (switched && (result.exitCode === 0 || result.exitCode === 4)) return false;
  throw failureOf(result, 'rollback', `The activation of ${path}`);
}
