import { RotaError } from '@rota/core';

/** `1G` as systemd reads it is `1Gi` as Kubernetes does. @throws ROTA_JOB_REFUSED for a share of a machine that is not known */
export function memoryQuantity(text: string): string {
  const match = /^(\d+)([KMGT]?)$/.exec(text);
  if (match === null) throw refused('resources.memoryMax', text, 'bytes, or a number with K, M, G or T');
  return match[2] === '' ? text : `${match[1]}${match[2]}i`;
}

/** `50%` of one processor is `500m`. @throws ROTA_JOB_REFUSED */
export function cpuQuantity(text: string): string {
  const match = /^(\d+)%$/.exec(text);
  if (match === null) throw refused('resources.cpuQuota', text, 'a percentage');
  return `${Number(match[1]) * 10}m`;
}

function refused(field: string, text: string, expected: string): RotaError {
  return new RotaError('ROTA_JOB_REFUSED', `\`${field}\`: a cluster cannot be asked for "${text}"; it takes ${expected}.`);
}
