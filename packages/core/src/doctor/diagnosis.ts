import type { Dialect, Finding } from '../backend/backend.ts';
import type { ForeignEntry } from '../backend/foreign-entry.ts';

/** One thing that the doctor has to say. `error`: a job would not run. */
export interface DoctorFinding {
  readonly severity: 'error' | 'warning' | 'info';
  /** Stable, such as `command.missing`. */
  readonly code: string;
  readonly message: string;
  /** The command or step that mends it. */
  readonly remedy?: string;
  readonly namespace?: string;
  /** `tenant/name` */
  readonly job?: string;
}

/** What the doctor found on this machine. */
export interface Diagnosis {
  /** Nothing that was found keeps a job from running. */
  readonly ok: boolean;
  readonly namespaces: readonly string[];
  /** Without those that Rota gives itself. */
  readonly installedJobs: number;
  readonly findings: readonly DoctorFinding[];
  readonly backends: readonly {
    readonly name: string;
    readonly usable: boolean;
    readonly dialect: Dialect;
    readonly findings: readonly Finding[];
  }[];
  /** Files that were mended. */
  readonly repaired: readonly string[];
  /** `--policy`: recurring work on this machine that Rota does not manage. Absent: not asked for. */
  readonly unmanaged?: readonly ForeignEntry[];
}
