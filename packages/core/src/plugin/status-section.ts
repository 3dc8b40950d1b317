import type { Host } from '../host/host.ts';
import type { PluginRota } from './plugin-rota.ts';

/** What a plugin says of itself in `rota status` and in the report. */
export interface StatusSection {
  readonly title: string;
  readonly state: 'ok' | 'attention' | 'failed';
  /** One sentence. */
  readonly summary: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** For programs: JSON, with `formatVersion` if its shape may change. */
  readonly data: object;
}

/** The same with the plugin that said it; `unknown`: it failed, or took too long, and `summary` says so. */
export interface PluginStatus extends Omit<StatusSection, 'state'> {
  readonly plugin: string;
  readonly state: StatusSection['state'] | 'unknown';
}

/** What a plugin looks at for its status. It changes nothing. */
export interface StatusContext {
  readonly host: Host;
  readonly namespace: string;
  readonly rota: PluginRota;
  /** Aborted after ten seconds. */
  readonly signal: AbortSignal;
}

/** Reads the status of a plugin; `null`: nothing to say here. */
export type ReadStatusSection = (context: StatusContext) => StatusSection | null | Promise<StatusSection | null>;
