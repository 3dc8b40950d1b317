import { join } from 'node:path';
import type { Host } from '@rota/core';
import type { Settings } from '../settings/options-schema.ts';

/** What is updated: a machine, or the home of one user. Plain data, so that the journal can hold it and a rollback needs no config. */
export interface UpdatedSystem {
  readonly kind: Settings['system'];
  /** The profile whose newest generation is the default. */
  readonly profile: string;
  /** The link to what is active now. */
  readonly current: string;
  /** The link to what was booted; a home is not booted. */
  readonly booted: string | null;
}

/** Where a system stands on this machine. */
export function updatedSystem(host: Pick<Host, 'user' | 'files' | 'env'>, kind: Settings['system']): UpdatedSystem {
  if (kind === 'nixos') {
    const profile = '/nix/var/nix/profiles/system';
    return { kind, profile, current: '/run/current-system', booted: '/run/booted-system' };
  }
  const state = host.env.XDG_STATE_HOME || join(host.user.home, '.local', 'state');
  const own = join(state, 'nix', 'profiles');
  // home-manager: its own folder where that exists, else the old place.
  const folder = host.files.facts(own) === undefined ? `/nix/var/nix/profiles/per-user/${host.user.name}` : own;
  return {
    kind,
    profile: join(folder, 'home-manager'),
    current: join(state, 'home-manager', 'gcroots', 'current-home'),
    booted: null,
  };
}

/** The attribute that is built, as `nix eval FLAKE#ATTRIBUTE` takes it. */
export function systemAttribute(
  host: Pick<Host, 'user' | 'hostname'>,
  settings: Pick<Settings, 'system' | 'configuration'>,
): string {
  if (settings.system === 'nixos')
    return `nixosConfigurations."${settings.configuration ?? host.hostname}".config.system.build.toplevel`;
  return `homeConfigurations."${settings.configuration ?? `${host.user.name}@${host.hostname}`}".activationPackage`;
}

/** Files without which a built system is none (nix #13367: an empty closure was once built and booted). */
export function expectedFiles(kind: Settings['system']): readonly string[] {
  return kind === 'nixos' ? ['nixos-version', 'init', 'sw/bin', 'bin/switch-to-configuration'] : ['activate'];
}
