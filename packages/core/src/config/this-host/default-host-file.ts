import { join } from 'node:path';
import type { Host } from '../../host/host.ts';

/** Where the host file stands when nobody says: `$XDG_CONFIG_HOME/rota/host.yaml`, `%APPDATA%\rota\host.yaml` on Windows. */
export function defaultHostFile(host: Pick<Host, 'platform' | 'env' | 'user'>): string {
  const { platform, env, user } = host;
  const folder =
    platform === 'win32'
      ? env.APPDATA || join(user.home, 'AppData', 'Roaming')
      : env.XDG_CONFIG_HOME || join(user.home, '.config');
  return join(folder, 'rota', 'host.yaml');
}
