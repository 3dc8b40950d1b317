import type { Host } from '@rota/core';

/** Where a scheduler's bare environment would not look: set explicitly, so that a run at night is the run of the day. */
const searchPath = [
  '/run/wrappers/bin',
  '/nix/var/nix/profiles/default/bin',
  '/run/current-system/sw/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];

/** The environment of every program that an update starts: nothing asks, nothing is coloured or translated. */
export function updateEnvironment(host: Pick<Host, 'user' | 'env'>): Readonly<Record<string, string | undefined>> {
  const { home, name } = host.user;
  return {
    PATH: [`${home}/.nix-profile/bin`, `/etc/profiles/per-user/${name}/bin`, ...searchPath].join(':'),
    NIX_PATH: host.env.NIX_PATH ?? '/nix/var/nix/profiles/per-user/root/channels',
    HOME: home,
    LC_ALL: 'C',
    NO_COLOR: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: host.env.GIT_SSH_COMMAND ?? 'ssh -oBatchMode=yes',
    ...(host.env.XDG_RUNTIME_DIR === undefined ? { XDG_RUNTIME_DIR: `/run/user/${host.user.uid}` } : {}),
  };
}
