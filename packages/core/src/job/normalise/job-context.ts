import type { Issue } from '../../errors/issue.ts';
import { isRotaError, type RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { parseCron } from '../../schedule/cron/parse-cron.ts';
import { scheduleWarnings } from '../../schedule/proof/schedule-warnings.ts';
import { loadZone } from '../../schedule/zone/load-zone.ts';
import type { ValidManifest } from '../job-input.ts';

/** What reading a job needs to know besides its text. Schedules and zones are checked once per distinct text. */
export interface JobContext {
  readonly platform: Host['platform'];
  /** For jobs that name none. */
  readonly defaultTenant?: string | undefined;
  /** For jobs whose `checkin` does not say; with a URL here every job reports. */
  readonly checkin?: CheckinDefaults | undefined;
  /** The alert channels that plugins contribute, by name. */
  readonly alertChannels: ReadonlyMap<string, KnownAlertChannel>;
  /** What is wrong with an expression; `undefined` when it is sound. */
  scheduleError(expression: string): RotaError | undefined;
  /** What a sound expression says that its writer may not have meant. */
  scheduleWarnings(expression: string): readonly Issue[];
  /** What is wrong with the name of a zone; `undefined` when this machine has its data, and for `local`. */
  zoneError(name: string): RotaError | undefined;
}

/**
 * What the config and the host file say of check-ins; `url` is the endpoint itself.
 *
 * @interface
 */
export type CheckinDefaults = NonNullable<ValidManifest['spec']['checkin']>;

/** An alert channel that a plugin contributes. */
export interface KnownAlertChannel {
  /** Absolute path of the JavaScript module that sends. */
  readonly module: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Options that may only be references. */
  readonly secrets?: readonly string[] | undefined;
}

/** What holds for jobs that do not say otherwise. @default nothing */
export interface JobDefaults {
  readonly tenant?: string | undefined;
  readonly checkin?: CheckinDefaults | undefined;
  readonly alertChannels?: ReadonlyMap<string, KnownAlertChannel> | undefined;
}

/** One per load, so that a changed zone folder is seen. */
export function jobContext(host: Pick<Host, 'platform' | 'zoneRoots'>, defaults: JobDefaults = {}): JobContext {
  const roots = { roots: host.zoneRoots };
  return {
    platform: host.platform,
    defaultTenant: defaults.tenant,
    checkin: defaults.checkin,
    alertChannels: defaults.alertChannels ?? new Map(),
    scheduleError: remember((expression) => errorOf(() => parseCron(expression))),
    scheduleWarnings: remember((expression) => scheduleWarnings(parseCron(expression))),
    zoneError: remember((name) => (name === 'local' ? undefined : errorOf(() => loadZone(name, roots)))),
  };
}

function remember<T>(check: (text: string) => T): (text: string) => T {
  const known = new Map<string, { readonly answer: T }>();
  return (text) => {
    let entry = known.get(text);
    if (entry === undefined) {
      entry = { answer: check(text) };
      known.set(text, entry);
    }
    return entry.answer;
  };
}

function errorOf(check: () => unknown): RotaError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (isRotaError(error)) return error;
    throw error;
  }
}
