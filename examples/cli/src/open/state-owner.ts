import { type Declaration, type Job, RotaError, type Target } from '@rota/core';
import { findDeclared } from './declared-job.ts';

/** What has state of its own: a job, or a target of the registry, by `name` or `tenant/name`. @throws ROTA_JOB_UNKNOWN, ROTA_USAGE when both have the name */
export function findStateOwner(
  declaration: Pick<Declaration, 'all' | 'targets'>,
  name: string,
): Pick<Job, 'tenant' | 'name' | 'state'> {
  const isMeant = (one: Pick<Target, 'tenant' | 'name'>): boolean => one.name === name || `${one.tenant}/${one.name}` === name;
  const target = declaration.targets.find(isMeant);
  if (target === undefined) return findDeclared(declaration, name);
  if (!declaration.all.some(isMeant)) return target;
  throw new RotaError('ROTA_USAGE', `A job and a target are called \`${name}\`: their bundles could not be told apart.`, {
    suggestions: ['Give one of them another name or tenant.'],
  });
}
