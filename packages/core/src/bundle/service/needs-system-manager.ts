import type { Host } from '../../host/host.ts';
import type { BundleService } from '../spec/bundle-spec.ts';

/** Whether a guard is to be a unit of the system's manager: what it starts is, or it is root's, who often has no manager of its own. */
export function needsSystemManager({ user }: Pick<Host, 'user'>, services: readonly Pick<BundleService, 'scope'>[]): boolean {
  const has = (scope: BundleService['scope']): boolean => services.some((service) => service.scope === scope);
  return has('system') || (user.uid === 0 && !has('user'));
}
