import { dirname, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { unitFolder } from '../service/unit-folder.ts';
import type { BundleService } from '../spec/bundle-spec.ts';

/** A file that keeps a unit from starting, and whose manager has to read it. */
export interface Fence {
  readonly path: string;
  readonly scope: 'user' | 'system';
  readonly text: string;
}

/**
 * Why a unit may not start. `moved`: it lives elsewhere now, and whoever starts it reads where. `arriving`: it may run while a file in memory
 * is there, so that it does not start by itself when the machine is booted before its move is settled.
 */
export type FenceReason =
  | { readonly kind: 'moved'; readonly to: string; readonly at: string; readonly tombstone: string }
  | { readonly kind: 'arriving'; readonly marker: string; readonly committed: string };

/** The fences of those services that are units; of others nothing but their own commands is known. Pure. */
export function fencesFor(
  host: Pick<Host, 'user' | 'env'>,
  services: readonly BundleService[],
  reason: FenceReason,
): readonly Fence[] {
  return services.flatMap(({ name, scope }) => {
    if (scope === undefined) return [];
    const unit = /\.[a-z]+$/.test(name) ? name : `${name}.service`;
    return [
      { path: join(unitFolder(host, scope), `${unit}.d`, `90-rota-${reason.kind}.conf`), scope, text: dropIn(unit, reason) },
    ];
  });
}

function dropIn(unit: string, reason: FenceReason): string {
  if (reason.kind === 'arriving')
    return `# A migration to this machine is under way (rota bundle migrate).
[Unit]
# One of the two is enough.
AssertPathExists=|${reason.marker}
AssertPathExists=|${reason.committed}
`;
  // The first ExecStartPre= takes those of the unit away; the text then stands in the journal and in systemctl status.
  return `# Written by rota bundle migrate; see ${reason.tombstone}.
[Unit]
Description=${unit}, moved to ${reason.to} by Rota on ${reason.at}

[Service]
Restart=no
ExecStartPre=
ExecStartPre=/bin/cat "${reason.tombstone}"
ExecStartPre=/bin/false
`;
}

export async function raiseFences(host: Host, fences: readonly Fence[]): Promise<void> {
  for (const { path, text } of fences) host.files.write(path, text, 0o644);
  await reload(host, fences);
}

/** Those that are there, with the text that they have. */
export function standingFences(host: Pick<Host, 'files'>, fences: readonly Fence[]): readonly Fence[] {
  return fences.flatMap((fence) => {
    const text = host.files.readText(fence.path);
    return text === undefined ? [] : [{ ...fence, text }];
  });
}

/** Nothing happens for one that is not there. */
export async function liftFences(host: Host, fences: readonly Fence[]): Promise<void> {
  for (const { path } of fences) {
    host.files.remove(path);
    host.files.removeFolder(dirname(path));
  }
  await reload(host, fences);
}

async function reload(host: Host, fences: readonly Fence[]): Promise<void> {
  for (const scope of new Set(fences.map((fence) => fence.scope)))
    await host.run({ file: 'systemctl', args: [...(scope === 'user' ? ['--user'] : []), 'daemon-reload'], timeoutMs: 60_000 });
}
