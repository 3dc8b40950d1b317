import type { Host } from '../../host/host.ts';
import type { RotaEvents } from '../../state/events.ts';
import type { BundleArtifact, BundleProblem } from '../format/manifest.ts';
import type { GuardKind } from '../service/downtime.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import type { BundleStore, Sidecar } from '../store/bundle-store.ts';

/** Whose state to capture, and where to keep it. */
export interface CaptureInput {
  readonly host: Host;
  readonly namespace: string;
  readonly spec: BundleSpec;
  /** Where the bundle goes. @default the declared store, else a folder in Rota's state */
  readonly store?: BundleStore;
  /** What a target runs as, which the manifest records. */
  readonly artifact?: BundleArtifact | undefined;
  /** Pack the artifact, too, with all that it needs; it has to be in the store of nix. @default false */
  readonly withArtifact?: boolean;
  /**
   * Told how far each phase is: entries that were looked at, then bytes that were read while the service stands still, written to
   * the store, and read back.
   */
  readonly onProgress?: (phase: 'look' | 'read' | 'write' | 'check', done: number, total: number) => void;
  /**
   * Read everything, although nothing seems to have changed since the newest bundle. That happens by itself when the last reading is a week ago, the
   * declaration or the store has changed, or hooks or commands take part. @default false
   */
  readonly full?: boolean;
  /** Gets `bundle:progress`. */
  readonly events?: RotaEvents | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one capture made, and what it took. */
export interface CaptureResult {
  /** `partial`: something could not be read or changed meanwhile; `skipped`: the hook beforeCapture ended with 75. */
  readonly outcome: 'ok' | 'partial' | 'skipped';
  readonly bundle: Sidecar | null;
  /** Nothing had been written since the bundle was made, so it stands for this capture, too; nothing was read or stopped. */
  readonly unchanged?: true;
  readonly place: string;
  readonly problems: readonly BundleProblem[];
  readonly notes: readonly string[];
  /** Services that were stopped and started again. */
  readonly stopped: readonly string[];
  readonly downtimeMs: number;
  /** What would have started them, had this process died; absent when nothing was stopped. */
  readonly guard?: GuardKind;
}
