import type { Host } from '../../host/host.ts';
import { quoteForShell } from '../quote-for-shell.ts';

/**
 * Where a guard finds programs, and what is below home, in the words of sh(1): a manager gives it neither as this process has them. The rest of
 * the environment may hold secrets, which are not written to a disk.
 */
export function guardEnvironment({ env }: Pick<Host, 'env'>): string {
  return ['PATH', 'HOME'].flatMap((name) => (env[name] ? [`export ${name}=${quoteForShell(env[name])}`] : [])).join('\n');
}
