import { type Host, lockHolder, withLock } from '@rota/core';
import { recover } from './journal/recover.ts';
import { openContext } from './open-context.ts';
import { verifyAfterBoot } from './reboot/verify-after-boot.ts';
import { isLeftOpen, type UpdateReport } from './report.ts';
import { updatePurpose } from './run-update.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { usableSettings } from './settings/usable-settings.ts';

/** What a verification is called with. */
export interface VerificationInput {
  /** @default the options of the last update */
  readonly options?: NixUpdateOptions | undefined;
  /** @default this machine and this user */
  readonly host?: Host;
}

/** What the lock of a verification says. */
export const verificationPurpose = 'nix verify';

const waitMs = 60_000;

/**
 * Ends what is open without updating anything: a run that was cut off, and the look after a boot that an update waited for. The job of the boot
 * calls it; an update begins with the same.
 *
 * @returns a report for each of the two that there was; none while an update runs, which has begun with both
 * @throws ROTA_LOCK_HELD
 */
export async function verifyUpdate(input: VerificationInput): Promise<readonly UpdateReport[]> {
  const settings = usableSettings(input);
  const open = () => openContext(settings, 'scheduled', input.host);
  const { host, layout } = open().context;
  // A unit that fails here would be held against the system that this update brings.
  if (lockHolder(host, layout.lock)?.purpose === updatePurpose) return [];
  return await withLock(host, layout.lock, { purpose: verificationPurpose, waitMs }, async () => {
    const recovered = await recover(open());
    // Its journal is what the next run goes on with: nothing may take its place.
    if (recovered !== null && isLeftOpen(recovered)) return [recovered];
    return [recovered, await verifyAfterBoot(open())].filter((report) => report !== null);
  });
}
