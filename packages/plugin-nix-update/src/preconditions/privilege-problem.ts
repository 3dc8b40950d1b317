import type { Host } from '@rota/core';
import type { UpdatedSystem } from '../machine/updated-system.ts';

/** A machine is root's to update. */
export function privilegeProblem({
  host,
  system,
}: {
  readonly host: Pick<Host, 'user'>;
  readonly system: Pick<UpdatedSystem, 'kind'>;
}): string | null {
  if (system.kind === 'home-manager' || host.user.uid === 0) return null;
  return `Updating NixOS needs root, and this is ${host.user.name}. Declare the plugin in root's own jobs.config.ts and apply it as root (sudo -i), or use the NixOS module.`;
}
