/** What tells a run to end. An `AbortSignal` is one; Node takes as long to load that as a run takes to be recorded. */
export interface Cancel {
  readonly aborted: boolean;
  /** The name of the signal that asked for it. */
  readonly reason: unknown;
  addEventListener(event: 'abort', listener: () => void): void;
  removeEventListener(event: 'abort', listener: () => void): void;
}

/** @returns what a run watches, and what aborts it: once, with the first reason */
export function createCancel(): { readonly cancel: Cancel; readonly abort: (reason: unknown) => void } {
  const listeners = new Set<() => void>();
  const state = { aborted: false, reason: undefined as unknown };
  const cancel: Cancel = {
    get aborted() {
      return state.aborted;
    },
    get reason() {
      return state.reason;
    },
    addEventListener: (_, listener) => void listeners.add(listener),
    removeEventListener: (_, listener) => void listeners.delete(listener),
  };
  const abort = (reason: unknown): void => {
    if (state.aborted) return;
    Object.assign(state, { aborted: true, reason });
    for (const listener of [...listeners]) listener();
  };
  return { cancel, abort };
}
