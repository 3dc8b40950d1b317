import type { Command } from '../../job/job.ts';
import type { JobKey } from '../../state/job-key.ts';

/** A folder or a file that is captured under a name. */
export interface BundleRoot {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Patterns below the root. */
  readonly exclude: readonly string[];
  readonly recomputable: readonly { readonly path: string; readonly how: string }[];
  readonly required: boolean;
  readonly links: 'keep' | 'refuse';
}

/**
 * A database that is captured consistently while it is written to: a file of SQLite inside a root, or whatever a pair of commands
 * dumps and reads.
 */
export type BundleDatabase =
  | {
      readonly kind: 'sqlite';
      readonly name: string;
      readonly path: string;
      /** The root that holds it, and where in it. */
      readonly root: string;
      readonly inRoot: string;
    }
  | {
      readonly kind: 'command';
      readonly name: string;
      readonly dump: Command;
      readonly restore?: Command;
      readonly verify?: Command;
    };

/** Something that runs and can be stopped; for a systemd unit the commands are those of systemctl. */
export interface BundleService {
  readonly name: string;
  readonly running: Command;
  readonly stop: Command;
  readonly start: Command;
  /** Whose systemd manager has it. */
  readonly scope?: 'user' | 'system';
}

/**
 * What becomes of keys, tokens and ids, which make a host or a service the one that it is. `preserve`: they are kept. `reissue`:
 * left out, and made again by the hook `reissue`. `exclude`: left out. `prompt`: kept, and a restore asks.
 */
export interface IdentityRule {
  /** Absolute path or pattern. */
  readonly path: string;
  readonly policy: 'preserve' | 'reissue' | 'exclude' | 'prompt';
  /** Whether a preserved secret may stand in a bundle that is not encrypted. */
  readonly plaintext: boolean;
}

/** When a hook of a bundle runs: around a capture or a restore, or to prove one. Each is run without a shell. */
export type HookName =
  | 'beforeCapture'
  | 'afterCapture'
  | 'beforeRestore'
  | 'afterRestore'
  | 'reissue'
  | 'verify'
  | 'health'
  | 'drill';

/** How many bundles are kept; a bundle that any rule keeps is kept. */
export interface BundleRetention {
  readonly last: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
  readonly withinMs: number;
}

/** Where bundles are kept: a folder of this machine, a folder behind ssh, or a repository of restic. */
export type StoreDeclaration =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'ssh'; readonly host: string; readonly path: string; readonly options: readonly string[] }
  | { readonly kind: 'restic'; readonly repository: string }
  /** A kind that a plugin contributes. */
  | { readonly kind: 'plugin'; readonly plugin: string; readonly options: Readonly<Record<string, unknown>> };

/** `spec.state` of a job with every default filled in and every command split. */
export interface BundleSpec extends JobKey {
  readonly roots: readonly BundleRoot[];
  readonly databases: readonly BundleDatabase[];
  readonly services: readonly BundleService[];
  readonly quiesce: readonly { readonly name: string; readonly freeze: Command; readonly thaw: Command }[];
  readonly identity: readonly IdentityRule[];
  readonly hooks: Readonly<Record<HookName, readonly Command[]>>;
  readonly hookTimeoutMs: number;
  readonly healthTimeoutMs: number;
  readonly retention: BundleRetention;
  /** age recipients; empty: not encrypted. */
  readonly recipients: readonly string[];
  readonly stores: readonly StoreDeclaration[];
  /** `undefined`: zstd where Node has it, else gzip. */
  readonly compression?: 'zstd' | 'gzip' | 'none';
  readonly downtimeBudgetMs: number;
  readonly guidance: Readonly<Record<string, string>>;
}
