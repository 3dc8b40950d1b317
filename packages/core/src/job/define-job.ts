import type { SourcePlace } from '../errors/issue.ts';
import type { JobInput } from './job-input.ts';

/** Registered, so that two copies of core read each other's jobs. */
const definedAt = Symbol.for('@rota/core.definedAt');

/**
 * Declares a job in TypeScript: the fields of a manifest side by side, or the manifest's own shape. Checks types only; values are checked
 * when the declaration is loaded, all at once, and problems name the place of this call.
 *
 * @example
 * defineJob({ name: 'daily-backup', tenant: 'acme-corp', schedule: '0 2 * * *', command: '/opt/scripts/backup.sh' })
 */
export function defineJob<const J extends JobInput>(job: J): J {
  const copy = { ...job };
  const place = callerPlace();
  if (place !== undefined) Object.defineProperty(copy, definedAt, { value: place, enumerable: false });
  return copy;
}

/** Where `defineJob` was called for this job, if it was. */
export function placeOfJob(job: object): SourcePlace | undefined {
  return definedAt in job ? (job[definedAt] as SourcePlace) : undefined;
}

function callerPlace(): SourcePlace | undefined {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, defineJob);
  const match = /\n\s+at (?:.*\()?(?:file:\/\/)?([^()\n]+?):(\d+):(\d+)\)?/.exec(holder.stack ?? '');
  if (match === null) return undefined;
  const [, file = '', line, column] = match;
  return { file: decodeURIComponent(file.replace(/\?.*$/, '')), line: Number(line), column: Number(column) };
}
