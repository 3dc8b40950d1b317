import { withDefinedPlace } from '../job/read/defined-place.ts';
import type { TargetInput } from './target-input.ts';

/**
 * Declares a target in TypeScript. Checks types only; values are checked when the declaration is loaded, all at once, and problems name the
 * place of this call.
 *
 * @example
 * defineTarget({ name: 'home-assistant', attr: 'packages.{system}.homelab-ha-oci', hints: ['services/ha/**'], inputs: ['nixpkgs'] })
 */
export function defineTarget<const T extends TargetInput>(target: T): T {
  return withDefinedPlace(target, defineTarget);
}
