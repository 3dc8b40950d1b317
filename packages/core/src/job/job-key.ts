import type { JobKey } from './job.ts';

/** Reads `name`, in the tenant that is given, or `tenant/name`. */
export function parseJobKey(reference: string, tenant: string): JobKey {
  const slash = reference.indexOf('/');
  return slash === -1 ? { tenant, name: reference } : { tenant: reference.slice(0, slash), name: reference.slice(slash + 1) };
}

/** `tenant/name`, the one text for a job within a namespace. */
export function printJobKey(key: JobKey): string {
  return `${key.tenant}/${key.name}`;
}

/** Orders by tenant, then name, by code units: the same on every machine. */
export function compareJobKeys(a: JobKey, b: JobKey): number {
  if (a.tenant !== b.tenant) return a.tenant < b.tenant ? -1 : 1;
  return a.name === b.name ? 0 : a.name < b.name ? -1 : 1;
}
