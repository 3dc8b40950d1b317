import type { Issue } from '../../errors/issue.ts';
import { isRotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { attemptDeclaration } from '../load-declaration.ts';
import type { LoadOptions } from '../load-options.ts';
import { jobAdvice } from './job-advice.ts';
import { stateIssues } from './state-issues.ts';

export interface ValidateOptions extends LoadOptions {
  /** Advises on what is missing too: labels, owner, time-out. Advice is a warning. @default false */
  readonly strict?: boolean | undefined;
}

/** Every problem of a declaration as data. */
export interface Validation {
  /** No issue is an error. */
  readonly ok: boolean;
  /** Jobs without error, of all hosts. */
  readonly jobs: number;
  readonly issues: readonly Issue[];
}

/** Checks a declaration without throwing for bad input, a missing config included. */
export async function validateDeclaration(host: Host, options: ValidateOptions = {}): Promise<Validation> {
  try {
    const { declaration, jobCount, issues } = await attemptDeclaration(host, { ...options, jobsOptional: true });
    const advice = options.strict === true ? (declaration?.all ?? []).flatMap(jobAdvice) : [];
    const states = (declaration?.all ?? []).flatMap(stateIssues);
    return { ok: declaration !== undefined && states.length === 0, jobs: jobCount, issues: [...issues, ...states, ...advice] };
  } catch (error) {
    if (!isRotaError(error)) throw error;
    const { code, message, file, suggestions } = error;
    const suggestion = suggestions[0];
    const issue: Issue = {
      code,
      severity: 'error',
      message,
      ...(file === undefined ? {} : { file }),
      ...(suggestion === undefined ? {} : { suggestion }),
    };
    return { ok: false, jobs: 0, issues: [issue] };
  }
}
