import type { JobKey } from '@rota/core';

/** What a task says of itself in `RegistrationInfo/Source`, which Task Scheduler keeps and never reads. */
export interface Marker extends JobKey {
  readonly namespace: string;
  readonly digest: string;
}

/** The text of the ownership mark. */
export function printMarker({ namespace, tenant, name, digest }: Marker): string {
  return `rota:1 namespace=${namespace} tenant=${tenant} job=${name} digest=${digest}`;
}

/** Reads the mark, or undefined for a task that is not Rota's. */
export function readMarker(source: string | undefined): Marker | undefined {
  const match = /^rota:1 namespace=(\S+) tenant=(\S+) job=(\S+) digest=([0-9a-f]+)$/.exec(source ?? '');
  if (match === null) return undefined;
  const [, namespace = '', tenant = '', name = '', digest = ''] = match;
  return { namespace, tenant, name, digest };
}
