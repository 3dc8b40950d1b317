import { EventEmitter } from 'eventemitter3';
import type { JobKey } from './job-key.ts';

/** What a Rota instance tells about, by name. Payloads are objects, so that fields can be added. */
export interface RotaEventMap {
  'plan:done': { readonly namespace: string; readonly summary: Readonly<Record<string, number>> };
  'apply:progress': { readonly done: number; readonly total: number };
  'apply:change': JobKey & { readonly action: string; readonly backend: string };
  'apply:recovered': { readonly outcome: 'completed' | 'undone'; readonly startedAt: string };
  drift: JobKey & { readonly kind: string; readonly detail: string };
  'run:start': JobKey;
  'run:end': JobKey & { readonly runId: string; readonly status: string };
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
      emitter.emit(event, payload);
    },
  };
  function failed(event: string, cause: unknown): void {
    if (event !== 'error' && emitter.listenerCount('error') > 0) events.emit('error', { event, cause });
    else process.stderr.write(`rota: a listener of ${event} failed: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  }
  return events;
}
