import type { UpdateContext } from '../update-context.ts';

/** A machine is root's to update. */
export function privilegeProblem({ host, system }: Pick<UpdateContext, 'host' | 'system'>): string | null {
  if (system.kind === 'home-manager' || host.user.uid === 0) return null;
  return `Updating NixOS needs root, and this is ${host.user.name}. Declare the plugin in root's own jobs.config.ts and apply it as root (sudo -i), or use the NixOS module.`;
}
