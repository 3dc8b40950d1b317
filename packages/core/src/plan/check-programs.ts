import { isAbsolute, resolve } from 'node:path';
import type { Finding } from '../backend/backend.ts';
import { jobPath } from '../backend/job-path.ts';
import type { Issue } from '../errors/issue.ts';
import { programExists } from '../host/find-program.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';

/** Looks for the programs of jobs on this machine, each place once. A paused job needs none. */
export interface ProgramCheck {
  /** The missing ones of `requires.commands`: such a job cannot be planned. */
  issues(job: Job): readonly Issue[];
  /** A `command` that the scheduler would not find now; it may be there when the job is due. */
  warnings(job: Job): readonly Finding[];
}

export function programCheck(host: Pick<Host, 'platform' | 'user' | 'env'>): ProgramCheck {
  const known = new Map<string, boolean>();
  const places = (job: Job) => {
    const own = job.env.PATH;
    return {
      // A reference in it is resolved when the job runs.
      path: own === undefined || own.includes('${') ? jobPath(host) : own,
      folder: resolve(host.user.home, job.workingDir ?? ''),
      platform: host.platform,
    };
  };
  const isThere = (program: string, job: Job): boolean => {
    const place = places(job);
    const key = [program, place.path, place.folder].join('\0');
    const found = known.get(key) ?? programExists(program, place);
    known.set(key, found);
    return found;
  };
  const missing = (program: string, job: Job): string =>
    isAbsolute(program)
      ? `\`${program}\` is not an executable file`
      : `\`${program}\` is not on the PATH that the scheduler gives (${places(job).path})`;
  return {
    issues: (job) =>
      (job.paused ? [] : job.requires.commands)
        .filter((program) => !isThere(program, job))
        .map((program) => ({
          code: 'ROTA_REQUIREMENT_MISSING',
          severity: 'error',
          message: `${printJobKey(job)}: ${missing(program, job)}, and \`requires.commands\` names it. ${remedyFor(program)}`,
          ...job.source,
        })),
    warnings(job) {
      const [program = ''] = job.command;
      if (job.paused || job.shell || program === '' || isThere(program, job)) return [];
      return [{ severity: 'warning', message: `${printJobKey(job)}: ${missing(program, job)}.`, remedy: remedyFor(program) }];
    },
  };
}

function remedyFor(program: string): string {
  return isAbsolute(program) ? `Install ${program}.` : 'Install it, name it by its absolute path, or set `env.PATH`.';
}
