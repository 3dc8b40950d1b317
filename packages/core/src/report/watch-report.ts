import type { Report } from './report.ts';

/** Told of a report that is watched. */
export interface ReportListener {
  readonly report: (report: Report) => void;
  readonly problem: (error: unknown) => void;
}

/** A report that is read anew while somebody listens. */
export interface WatchedReport {
  /** The report as it is now, or was a moment ago. */
  fresh(): Promise<Report>;
  /** Told of the report at once, and after each reading. @returns ends it */
  listen(listener: ReportListener): () => void;
  listeners(): number;
  /** Reads at once, if somebody listens: something has happened. */
  look(): void;
  end(): void;
}

/** What was read within this time counts as fresh, so that many pages cost one reading. */
const freshMs = 1000;
/** Reading takes at most one part in so many of the time. */
const rest = 20;

/** Reads a report anew every `intervalMs` while somebody listens, less often where reading takes long, and never twice at a time. */
export function watchReport(read: () => Promise<Report>, intervalMs: number): WatchedReport {
  const listeners = new Set<ReportListener>();
  let last: { readonly report: Report; readonly at: number } | undefined;
  let reading: Promise<Report> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  function fresh(): Promise<Report> {
    if (reading !== undefined) return reading;
    if (last !== undefined && performance.now() - last.at < freshMs) return Promise.resolve(last.report);
    reading = read()
      .then((report) => {
        last = { report, at: performance.now() };
        return report;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  async function look(): Promise<void> {
    const began = performance.now();
    try {
      const report = await fresh();
      for (const listener of listeners) listener.report(report);
    } catch (error) {
      for (const listener of listeners) listener.problem(error);
    }
    if (!ended && listeners.size > 0 && timer === undefined) {
      timer = setTimeout(
        () => {
          timer = undefined;
          void look();
        },
        Math.max(intervalMs, (performance.now() - began) * rest),
      );
    }
  }

  return {
    fresh,
    listen(listener) {
      listeners.add(listener);
      if (timer === undefined) void look();
      else if (last !== undefined) listener.report(last.report);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
    listeners: () => listeners.size,
    look() {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      last = undefined;
      void look();
    },
    end() {
      ended = true;
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
