import type { Host } from '../host/host.ts';
import { captureWith } from '../run/attempt/capture-output.ts';
import { flushSpool } from '../run/tell/flush-spool.ts';
import { namespaceLayout } from '../state/layout.ts';
import type { ReadyEntry } from './read-entries.ts';

/** Sends what waits to be told in the namespaces of these entries, as often as it is called. A problem is told when it begins, not each time. */
export function spoolFlusher(
  host: Host,
  onProblem: (message: string) => void,
): (entries: readonly ReadyEntry[]) => Promise<void> {
  let known: ReadonlySet<string> = new Set();
  return async (entries) => {
    const found = new Set<string>();
    const namespaces = new Map(entries.map((one) => [one.namespace, one.launch]));
    for (const [namespace, { env }] of namespaces) {
      const layout = namespaceLayout(host.stateDir, namespace);
      const capture = captureWith({ ...host.env, PATH: env.PATH ?? host.env.PATH });
      const add = (problem: string): void => void found.add(`${namespace}, what waits to be told: ${problem}`);
      try {
        for (const problem of (await flushSpool({ files: host.files, layout, env: host.env, capture })).problems) add(problem);
      } catch (error) {
        add(error instanceof Error ? error.message : String(error));
      }
    }
    for (const problem of found) if (!known.has(problem)) onProblem(problem);
    known = found;
  };
}
