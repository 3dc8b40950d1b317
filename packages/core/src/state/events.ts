import { EventEmitter } from 'eventemitter3';
import type { JobKey } from './job-key.ts';

/** What a Rota instance tells about, by name. Payloads are objects, so that fields can be added. */
export interface RotaEventMap {
  'plan:done': { readonly namespace: string; readonly summary: Readonly<Record<string, number>> };
  'apply:progress': { readonly done: number; readonly total: number };
  'apply:change': JobKey & { readonly action: string; readonly backend: string };
  'apply:recovered': {
    readonly outcome: 'completed' | 'undone';
    readonly startedAt: string;
    /** What was to run again and stays off, in sentences. */
    readonly leftOff: readonly string[];
  };
  drift: JobKey & { readonly kind: string; readonly detail: string };
  /** `runId` is absent where a run was asked for and has not begun. */
  'run:start': JobKey & { readonly runId?: string };
  /** What a job wrote, on either stream, with its secrets masked; a piece may end within a line. */
  'run:output': JobKey & { readonly runId: string; readonly text: string };
  /** The attempt with this number, from 1 on, ended badly; the next one starts after `delayMs`. */
  'run:retry': JobKey & { readonly runId: string; readonly attempt: number; readonly delayMs: number };
  'run:end': JobKey & { readonly runId: string; readonly status: string };
  /** The endpoint has taken a check-in. */
  'checkin:sent': JobKey & { readonly runId: string; readonly status: 'running' | 'success' | 'failure' | 'timeout' };
  /** The endpoint could not be reached; a check-in of a run's end is tried again later. */
  'checkin:spooled': JobKey & { readonly runId: string; readonly status: string; readonly reason: string };
  /** People were told, or could not be; then it is tried again later. `runId` is `null` where nothing ran. */
  alert: JobKey & { readonly runId: string | null; readonly event: string; readonly sent: boolean };
  /** Bytes or steps of a phase; `done` and `total` count the same. */
  'bundle:progress': JobKey & {
    readonly action: 'capture' | 'verify' | 'restore' | 'migrate';
    readonly phase: string;
    readonly done: number;
    readonly total: number;
  };
  /** `revision` is `null` when the repository could not be read. */
  sync: {
    readonly namespace: string;
    readonly outcome: 'applied' | 'unchanged' | 'held' | 'failed';
    readonly revision: string | null;
  };
  /** What a listener threw. Unheard, it is written to standard error. */
  error: { readonly event: string; readonly cause: unknown };
}

/** The name of an event. */
export type RotaEvent = keyof RotaEventMap;

const known: Readonly<Record<RotaEvent, true>> = {
  'plan:done': true,
  'apply:progress': true,
  'apply:change': true,
  'apply:recovered': true,
  drift: true,
  'run:start': true,
  'run:output': true,
  'run:retry': true,
  'run:end': true,
  'checkin:sent': true,
  'checkin:spooled': true,
  alert: true,
  'bundle:progress': true,
  sync: true,
  error: true,
};
/** The events at run time. */
export const eventNames: readonly string[] = Object.keys(known);

/** A typed emitter whose listeners cannot stop what they listen to: what one throws, or rejects with, becomes an `error` event. */
export interface RotaEvents {
  /** Adds a listener; events reach listeners in the order in which they were added. @returns a function that removes it again */
  on<E extends RotaEvent>(event: E, listener: (payload: RotaEventMap[E]) => void | Promise<void>): () => void;
  /** Calls the listeners and returns; what they return is not waited for. Never throws. */
  emit<E extends RotaEvent>(event: E, payload: RotaEventMap[E]): void;
}

/** An emitter without listeners. Every Rota instance has one of its own. */
export function createEvents(): RotaEvents {
  const emitter = new EventEmitter();
  const events: RotaEvents = {
    on(event, listener) {
      const guarded = (payload: RotaEventMap[typeof event]): void => {
        try {
          Promise.resolve(listener(payload)).catch((cause: unknown) => failed(event, cause));
        } catch (cause) {
          failed(event, cause);
        }
      };
      emitter.on(event, guarded);
      return () => void emitter.off(event, guarded);
    },
    emit(event, payload) {
      if (event === 'error' && emitter.listenerCount('error') === 0) writeFailure(payload as RotaEventMap['error']);
      else emitter.emit(event, payload);
    },
  };
  function failed(event: string, cause: unknown): void {
    if (event === 'error') writeFailure({ event, cause });
    else events.emit('error', { event, cause });
  }
  return events;
}

function writeFailure({ event, cause }: RotaEventMap['error']): void {
  process.stderr.write(`rota: a listener of ${event} failed: ${cause instanceof Error ? cause.message : String(cause)}\n`);
}
