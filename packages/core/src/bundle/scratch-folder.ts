import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { isAlive, ownIdentity } from '../state/process-identity.ts';
import { bundleLayout } from './bundle-layout.ts';

/** A new folder for what is fetched or unpacked for a look. Its name tells whose it is; the caller removes it. */
export function makeScratch(host: Pick<Host, 'files' | 'stateDir'>, namespace: string): string {
  const { pid, startTicks } = ownIdentity(host.files);
  const folder = join(
    bundleLayout(host.stateDir, namespace).scratch,
    `${pid}-${startTicks ?? 0}-${randomBytes(6).toString('hex')}`,
  );
  host.files.makeFolder(folder, 0o700);
  return folder;
}

/** Removes what processes left that are gone. */
export function sweepScratch(host: Pick<Host, 'files' | 'stateDir'>, namespace: string): void {
  const { scratch } = bundleLayout(host.stateDir, namespace);
  for (const name of host.files.list(scratch)) {
    const [, pid, ticks] = /^(\d+)-(\d+)-/.exec(name) ?? [];
    const owner = { pid: Number(pid), startTicks: ticks === '0' ? null : (ticks ?? null), bootId: null };
    if (pid === undefined || !isAlive(host.files, owner)) rmSync(join(scratch, name), { recursive: true, force: true });
  }
}
