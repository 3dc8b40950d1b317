import { createHash } from 'node:crypto';
import type { JobKey } from '@rota/core';

/**
 * The name of a job's CronJob: the beginning of the job's name, and a digest of namespace, tenant and name. The controller appends to it, so that it
 * may have 52 characters (kubernetes.io, CronJob limitations).
 */
export function objectName(namespace: string, { tenant, name }: JobKey): string {
  const digest = createHash('sha256').update([namespace, tenant, name].join('/')).digest('hex').slice(0, 12);
  return `${name.slice(0, 39).replace(/-+$/, '')}-${digest}`;
}
