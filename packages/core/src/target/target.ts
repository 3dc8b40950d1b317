import type { SourcePlace } from '../errors/issue.ts';
import type { Command } from '../job/job.ts';
import type { StateInput } from '../job/state-input.ts';

/** Where and how a target runs. */
export interface Deployment {
  /** Which deployer does it. */
  readonly mode: string;
  /** Absent: the host that deploys. */
  readonly host?: string;
  readonly container?: string;
  readonly image?: string;
  readonly unit?: string;
  readonly scope: 'user' | 'system';
  /** Options of `docker run`. */
  readonly run: readonly string[];
  /** As in DOCKER_HOST. */
  readonly endpoint?: string;
  readonly deploy?: Command;
  readonly deployed?: Command;
  readonly timeoutMs: number;
  /** For a mode that a plugin adds. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A buildable service with every default filled in. */
export interface Target {
  readonly name: string;
  /** Of its state bundle. */
  readonly tenant: string;
  readonly description?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absolute folder of the flake. */
  readonly flake: string;
  /** Attribute path by system, sorted by system. */
  readonly attrs: Readonly<Record<string, string>>;
  readonly systemEnv?: string;
  /** `null`: every change of the repository counts. */
  readonly hints: readonly string[] | null;
  /** `null`: not known, so every input counts. */
  readonly inputs: readonly string[] | null;
  readonly dependsOn: readonly string[];
  readonly timeoutMs?: number;
  readonly deployment?: Deployment;
  readonly state?: StateInput;
  readonly source?: SourcePlace;
}
