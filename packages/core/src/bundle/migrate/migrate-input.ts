import type { Host } from '../../host/host.ts';
import type { RotaEvents } from '../../state/events.ts';
import type { BundleArtifact } from '../format/manifest.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import type { SshPlace } from '../ssh-command.ts';

/** What moves, and where to. */
export interface MigrateInput {
  readonly host: Host;
  readonly namespace: string;
  readonly spec: BundleSpec;
  readonly to: SshPlace;
  /** How Rota is called there. @default 'rota' */
  readonly remoteCommand?: string;
  /** Paths of roots there, by name. @default those of here */
  readonly map?: Readonly<Record<string, string>>;
  /** What becomes of paths whose policy is `prompt`: a pattern of members (`data/ROOT/PATH`) to `preserve` or `exclude`. */
  readonly identity?: Readonly<Record<string, 'preserve' | 'exclude'>>;
  /** What a target runs as; the machine has to have it. */
  readonly artifact?: BundleArtifact | undefined;
  /** Send the artifact there first, as far as it is not there. @default false */
  readonly withArtifact?: boolean;
  /** Replace what stands at the roots there; it is kept beside. @default false */
  readonly replace?: boolean;
  /** Called as each phase goes on. */
  readonly onProgress?: (phase: MigrationPhase, done: number, total: number) => void;
  /** Gets `bundle:progress`. */
  readonly events?: RotaEvents | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a migration is at; from `stop` on the service stands still. */
export type MigrationPhase = 'look' | 'copy' | 'prove' | 'stop' | 'delta' | 'check' | 'start' | 'commit';
