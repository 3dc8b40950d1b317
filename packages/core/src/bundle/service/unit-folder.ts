import { join } from 'node:path';
import type { Host } from '../../host/host.ts';

/** Where units stand that are written on this machine. */
export function unitFolder({ env, user }: Pick<Host, 'env' | 'user'>, scope: 'user' | 'system'): string {
  return scope === 'system' ? '/etc/systemd/system' : join(env.XDG_CONFIG_HOME || join(user.home, '.config'), 'systemd', 'user');
}
