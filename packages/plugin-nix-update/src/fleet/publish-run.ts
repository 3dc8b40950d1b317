import { join } from 'node:path';
import { lockDigest } from '../lock/lock-digest.ts';
import { followLink } from '../machine/follow-link.ts';
import { rebootNeed } from '../reboot/reboot-needed.ts';
import type { UpdateReport } from '../report.ts';
import type { UpdateContext } from '../update-context.ts';
import { publishReport } from './fleet-repository.ts';
import { nextHostReport } from './host-report.ts';

/** Tells the fleet how a run ended. What does not go through is a warning: the machine is what it is. */
export async function publishRun(
  context: UpdateContext,
  report: UpdateReport,
  { lockText, isBad = false }: { readonly lockText?: string | undefined; readonly isBad?: boolean | undefined },
): Promise<void> {
  const { host, settings, system, warn } = context;
  if (settings.fleet === undefined) return;
  const text = lockText ?? host.files.readText(join(settings.flakePath, 'flake.lock'));
  const lock =
    text !== undefined && report.lockDigest !== null && lockDigest(text) === report.lockDigest
      ? { digest: report.lockDigest, text }
      : null;
  const facts = {
    host: host.hostname,
    ring: settings.fleet.ring ?? settings.rings[0]?.name ?? null,
    report,
    current: followLink(host.files, system.current),
    isBad,
    rebootNeeded: rebootNeed(host.files, system, followLink(host.files, system.profile)).needed,
  };
  try {
    await publishReport(
      context,
      settings.fleet,
      (before) => nextHostReport(before, facts),
      report.status === 'updated' ? lock : null,
    );
  } catch (error) {
    warn(`The fleet was not told: ${error instanceof Error ? error.message : String(error)}`);
  }
}
