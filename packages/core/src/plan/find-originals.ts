import { type Adoption, adoptsAnnotation, parseAdoption, printAdoption } from '../backend/adoption.ts';
import type { Backend, Finding } from '../backend/backend.ts';
import type { AdoptedOriginal, ForeignEntry } from '../backend/foreign-entry.ts';
import type { Issue } from '../errors/issue.ts';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { AdoptedEntry, Generation } from '../state/generation.ts';

export interface FindOriginalsInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly jobs: readonly Job[];
  /** Whose place was taken in earlier applies. */
  readonly adopted: Generation['adopted'];
  /** Whether they are to be adopted now; else problems are warnings. */
  readonly adopt: boolean;
}

/** The foreign entries that declared jobs name as their originals. */
export interface Originals {
  /** Those that stand and run, by `tenant/name` of the job. */
  readonly standing: ReadonlyMap<string, AdoptedOriginal>;
  readonly warnings: readonly Finding[];
}

/**
 * Looks up the originals of imported jobs. Asks a backend for its inventory only when a job names it.
 *
 * @throws ROTA_ADOPT_CHANGED when one was edited since it was imported, and is to be adopted.
 */
export async function findOriginals(input: FindOriginalsInput): Promise<Originals> {
  const wanted = input.jobs.flatMap((job) => {
    const adoption = parseAdoption(job.annotations[adoptsAnnotation]);
    return adoption === undefined ? [] : [{ job, adoption }];
  });
  // They were written by an apply of ours; state/ does not know their type.
  const done = new Set(
    ((input.adopted ?? []) as readonly AdoptedEntry<AdoptedOriginal>[]).map(({ original }) => printAdoption(original)),
  );
  const standing = new Map<string, AdoptedOriginal>();
  const warnings: Finding[] = [];
  const edited: Issue[] = [];
  for (const name of new Set(wanted.map(({ adoption }) => adoption.backend))) {
    const backend = input.backends.find((candidate) => candidate.name === name);
    const there = await inventoryOf(input, backend, warnings);
    if (there === undefined || backend === undefined) continue;
    const mine = wanted.filter(({ adoption }) => adoption.backend === name);
    const claimed = new Set(mine.map(({ adoption }) => adoption.digest));
    const dialect = (await backend.detect(input.host)).dialect;
    for (const { job, adoption } of mine) {
      const found = there.find(({ identity }) => identity?.digest === adoption.digest);
      const id = printJobKey(job);
      if (found !== undefined) {
        const { restore } = found.identity ?? {};
        const { key, digest } = adoption;
        standing.set(id, { backend: name, dialect, id: found.id, key, digest, ...(restore === undefined ? {} : { restore }) });
        continue;
      }
      // It is off, as it should be.
      if (done.has(printAdoption(adoption))) continue;
      const other = there.find(({ identity }) => identity?.key === adoption.key && !claimed.has(identity.digest));
      if (other !== undefined) {
        edited.push(editedIssue(job, name, other));
      } else {
        warnings.push({
          severity: 'warning',
          message: `${id}: the entry that it was imported from (${name} ${adoption.key}) is not there any more. If it was edited, it still runs as well.`,
          remedy: 'rota import --list',
        });
      }
    }
  }
  if (input.adopt && edited[0] !== undefined)
    throw new RotaError('ROTA_ADOPT_CHANGED', edited[0].message, {
      issues: edited,
      suggestions: ['Import it again and compare: rota import'],
    });
  warnings.push(...edited.map(({ message }): Finding => ({ severity: 'warning', message, remedy: 'rota import' })));
  return { standing, warnings };
}

/** What is to be said where an original stays although its job is installed. */
export function standsWarning(id: string, original: Pick<Adoption, 'backend'> & { readonly id: string }): Finding {
  return {
    severity: 'warning',
    message: `${id}: the entry that it was imported from still stands (${original.backend} ${original.id}); both would run.`,
    remedy: 'Let the job take its place: rota apply --adopt',
  };
}

async function inventoryOf(
  { host, adopt }: FindOriginalsInput,
  backend: Backend | undefined,
  warnings: Finding[],
): Promise<readonly ForeignEntry[] | undefined> {
  if (backend?.inventory === undefined) return undefined;
  try {
    return await backend.inventory(host);
  } catch (error) {
    if (adopt || !isRotaError(error)) throw error;
    warnings.push({ severity: 'warning', message: `The entries that jobs were imported from cannot be read. ${error.message}` });
    return undefined;
  }
}

function editedIssue(job: Job, backend: string, entry: ForeignEntry): Issue {
  return {
    code: 'ROTA_ADOPT_CHANGED',
    severity: 'error',
    message: `${printJobKey(job)}: ${backend} ${entry.id} was edited since it was imported, so it stays, and both would run.`,
    ...job.source,
  };
}
