import type { JobKey } from '@rota/core';

/** The first words of every unit name of a namespace. No name holds a dot, so the four words are told apart for certain. */
export function unitPrefix(namespace: string): string {
  return `rota.${namespace}.`;
}

/** `rota.<namespace>.<tenant>.<job>`, without the unit type. */
export function unitName(namespace: string, job: JobKey): string {
  return `rota.${namespace}.${job.tenant}.${job.name}`;
}

/** A file name of ours taken apart, or `undefined` for any other. */
export function readUnitFileName(
  file: string,
): (JobKey & { readonly namespace: string; readonly type: 'service' | 'timer' }) | undefined {
  const match = /^rota\.([a-z0-9-]+)\.([a-z0-9-]+)\.([a-z0-9-]+)\.(service|timer)$/.exec(file);
  if (match === null) return undefined;
  const [, namespace = '', tenant = '', name = '', type] = match;
  return { namespace, tenant, name, type: type === 'timer' ? 'timer' : 'service' };
}
