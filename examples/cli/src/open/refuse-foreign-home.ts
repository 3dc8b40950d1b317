import { type Host, RotaError } from '@rota/core';

/**
 * Under sudo without -H the home is still the caller's: root's scheduler would get his jobs, in state that he cannot change afterwards.
 *
 * @throws ROTA_HOME_FOREIGN
 */
export function refuseForeignHome({ user, env, files }: Host): void {
  if (user.uid !== 0 || !env.SUDO_UID || env.SUDO_UID === '0') return;
  const passwd = files.readText('/etc/passwd') ?? '';
  const home = /^root:[^:]*:0:[^:]*:[^:]*:([^:]*):/m.exec(passwd)?.[1] ?? '/root';
  if (user.home === home) return;
  throw new RotaError(
    'ROTA_HOME_FOREIGN',
    `This runs as root, with the home of ${env.SUDO_USER ?? 'another user'} (${user.home}).`,
    {
      suggestions: ['Your own jobs need no sudo: leave it out.', 'For jobs of root, use sudo -H.'],
    },
  );
}
