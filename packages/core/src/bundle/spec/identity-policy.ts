import type { BundleSpec, IdentityRule } from './bundle-spec.ts';
import { pathPattern } from './path-pattern.ts';

/** Finds the rule for an absolute path; the first that matches holds. */
export function identityPolicy(spec: Pick<BundleSpec, 'identity'>): (path: string) => IdentityRule | undefined {
  const rules = spec.identity.map((rule) => ({ rule, matches: pathPattern(rule.path) }));
  if (rules.length === 0) return () => undefined;
  return (path) => rules.find(({ matches }) => matches(path.replace(/^\//, '')))?.rule;
}
