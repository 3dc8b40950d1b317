import type { ForeignIdentity } from './foreign-entry.ts';

/** The annotation of an imported job that names the foreign entry whose place it takes. */
export const adoptsAnnotation = 'rota/adopts';

/** Which entry of which backend a job is to replace. */
export interface Adoption extends ForeignIdentity {
  readonly backend: string;
}

/** `cron:crontab:1f0c22ab@9c1e...`: backend, key and digest in one text. */
export function printAdoption({ backend, key, digest }: Adoption): string {
  return `${backend}:${key}@${digest}`;
}

/** Reads what {@link printAdoption} wrote; `undefined` for anything else. The key may hold both separators, as `backup@home.timer` does. */
export function parseAdoption(text: string | undefined): Adoption | undefined {
  const [, backend, key, digest] = /^([a-z0-9-]+):(.+)@([^@]+)$/s.exec(text ?? '') ?? [];
  if (backend === undefined || key === undefined || digest === undefined) return undefined;
  return { backend, key, digest };
}
