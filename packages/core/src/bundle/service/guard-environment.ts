import type { Host } from '../../host/host.ts';
import { quoteForShell } from '../quote-for-shell.ts';

/**
 * What a guard needs to find and reach programs as this process does, in the words of sh(1): a manager gives it none of it, or another one. The
 * rest of the environment may hold secrets, which are not written to a disk.
 */
export function guardEnvironment({ env }: Pick<Host, 'env'>): string {
  return ['PATH', 'HOME', 'LANG', 'XDG_RUNTIME_DIR', 'DOCKER_HOST']
    .flatMap((name) => (env[name] ? [`export ${name}=${quoteForShell(env[name])}`] : []))
    .join('\n');
}
