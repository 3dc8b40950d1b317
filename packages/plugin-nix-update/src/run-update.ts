import { type Host, withLock } from '@rota/core';
import { recover } from './journal/recover.ts';
import { type OpenContext, openContext } from './open-context.ts';
import { readUptime } from './preconditions/uptime-problem.ts';
import { verifyAfterBoot } from './reboot/verify-after-boot.ts';
import { isLeftOpen, type UpdateReport } from './report.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { readSettings } from './settings/read-settings.ts';
import type { UpdateCause } from './update-cause.ts';
import { updateOnce } from './update-once.ts';
import type { StepEvent } from './update-run.ts';

/** What an update is called with. */
export interface RunUpdateInput {
  readonly options: NixUpdateOptions;
  /** @default this machine and this user */
  readonly host?: Host;
  /** `emergency`: no schedule, ring or least uptime; lock, build, health and rollback stay. @default 'manual' */
  readonly cause?: UpdateCause;
  /** With `emergency`: reboot at once if that is needed. @default false */
  readonly rebootNow?: boolean;
  /** Asks to stop: heard until the new system is being activated. */
  readonly signal?: AbortSignal;
  /** Called as steps begin and end. */
  readonly onStep?: (event: StepEvent) => void;
}

/** What the lock of an update says. */
export const updatePurpose = 'nix update';

/**
 * Updates the machine, or the home, once: ends what an earlier run left open, then goes through the steps. What does not go through is taken back,
 * and the report says so: an update that fails is a result, not an error.
 *
 * @returns the reports of what was done, the update's own last; what could not be ended, such as a rollback that failed, ends the list early.
 * @throws ROTA_LOCK_HELD when another update runs; ROTA_PLUGIN_INVALID for options that the schema refuses
 */
export async function runUpdate(input: RunUpdateInput): Promise<readonly UpdateReport[]> {
  const settings = readSettings(input.options);
  const cause = input.cause ?? 'manual';
  const open = (): OpenContext => openContext(settings, cause, input.host);
  const { host, layout } = open().context;
  if (cause === 'scheduled') await outlastYoungUptime(host, settings.minUptime, input.signal);
  return await withLock(host, layout.lock, { purpose: updatePurpose, waitMs: 0 }, async () => {
    const reports: UpdateReport[] = [];
    for (const finish of [recover, verifyAfterBoot]) {
      const report = await finish(open());
      if (report !== null) reports.push(report);
      if (report !== null && isLeftOpen(report)) return reports;
    }
    const onStep = input.onStep ?? (() => undefined);
    return [...reports, await updateOnce(open(), { onStep, rebootNow: input.rebootNow ?? false, signal: input.signal })];
  });
}

/** A catch-up run starts with the machine: it waits, without the lock, rather than being lost until tomorrow. */
async function outlastYoungUptime(host: Host, leastMs: number, signal: AbortSignal | undefined): Promise<void> {
  const uptimeMs = readUptime(host.files);
  if (uptimeMs !== null && uptimeMs < leastMs) await host.sleep(leastMs - uptimeMs, signal);
}
