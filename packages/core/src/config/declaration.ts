import type { Issue, SourcePlace } from '../errors/issue.ts';
import type { InventoryHost } from '../job/inventory-host.ts';
import type { Job, JobKey } from '../job/job.ts';
import type { LoadedPlugin } from '../plugin/plugin.ts';
import type { Target } from '../target/target.ts';

/** A job that is declared, but not for this host. */
export interface ExcludedJob extends JobKey {
  /** One sentence. */
  readonly reason: string;
  readonly source?: SourcePlace;
}

/** Which backends jobs of this namespace may use. */
export interface BackendPolicy {
  readonly backends: readonly string[];
  /** Jobs (`name` or `tenant/name`) that may use another one, each with the reason. */
  readonly exceptions: readonly { readonly job: string; readonly reason: string }[];
}

/** What this machine says of itself, from the host file; the host's own name where the file does not say. The inventory adds labels. */
export interface HostIdentity {
  readonly hostname: string;
  /** Tenants whose jobs this host takes; absent: every tenant. */
  readonly tenants?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly role?: string;
  /** Base URL or endpoint of check-ins. */
  readonly checkinUrl?: string;
  /** Absolute path of a file of `NAME=value` lines. */
  readonly envFile?: string;
  /** The host file, if there is one. */
  readonly file?: string;
}

/** Everything that is declared for a namespace, read, validated and narrowed to this host. Nothing on the machine was changed to get it. */
export interface Declaration {
  readonly namespace: string;
  /** Stable identity of where it came from: the absolute path of the config, or the absolute paths of the arguments, joined by `, `. */
  readonly source: string;
  /** Absolute folder that relative names in the declaration start from. */
  readonly baseDir: string;
  /** The jobs for this host, sorted by `tenant/name`. */
  readonly jobs: readonly Job[];
  /** The other jobs, sorted likewise. */
  readonly excluded: readonly ExcludedJob[];
  /** `jobs` and the excluded ones, sorted likewise. */
  readonly all: readonly Job[];
  /** The registry of targets, sorted by name. */
  readonly targets: readonly Target[];
  /** The backend that the config asks for. */
  readonly backend?: string;
  readonly policy?: BackendPolicy;
  /** How many of the installed jobs one apply may remove unasked, as a share from 0 to 1. */
  readonly removals?: { readonly maxShare: number };
  /** Jobs that got another name or tenant, `tenant/name` each. Absent: none. */
  readonly moved?: readonly { readonly from: string; readonly to: string }[];
  /** The inventory of the config. */
  readonly hosts: readonly InventoryHost[];
  readonly host: HostIdentity;
  /** Same as `host.hostname`. */
  readonly hostname: string;
  /** Where check-ins go unless a job says otherwise, with `/api/checkins` appended to a base URL. */
  readonly checkinUrl?: string;
  readonly plugins: readonly LoadedPlugin[];
  /** Which layer said what: dotted config field to the file that set it. */
  readonly origins: Readonly<Record<string, string>>;
  readonly warnings: readonly Issue[];
}
