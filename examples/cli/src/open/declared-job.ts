import { type Declaration, type Job, nearest, printJobKey, RotaError } from '@rota/core';
import type { CommandContext } from '../program/command.ts';
import { openDeclaration } from './open-declaration.ts';

/** A job of the declaration here, by `name` or `tenant/name`. @throws ROTA_JOB_UNKNOWN */
export async function declaredJob(context: CommandContext, name: string): Promise<Job> {
  return findDeclared(await openDeclaration(context, []), name);
}

/** @throws ROTA_JOB_UNKNOWN with the nearest name, or when two tenants have a job of that name */
export function findDeclared(declaration: Pick<Declaration, 'all'>, name: string): Job {
  const found = declaration.all.filter((job) => job.name === name || printJobKey(job) === name);
  const [job, another] = found;
  if (job !== undefined && another === undefined) return job;
  if (job !== undefined) {
    throw new RotaError('ROTA_JOB_UNKNOWN', `More than one job is called \`${name}\`.`, { suggestions: found.map(printJobKey) });
  }
  const near = nearest(
    name,
    declaration.all.flatMap((other) => [other.name, printJobKey(other)]),
  );
  throw new RotaError('ROTA_JOB_UNKNOWN', `No job \`${name}\` is declared.`, {
    suggestions: near === undefined ? declaration.all.slice(0, 5).map(printJobKey) : [near],
  });
}
