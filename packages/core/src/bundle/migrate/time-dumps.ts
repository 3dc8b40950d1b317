import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { makeScratch } from '../scratch-folder.ts';
import { runWithFile } from '../service/dump-database.ts';
import { hookEnvironment } from '../service/run-hook.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import type { ForecastInput } from './forecast.ts';

/** Dumps every database of commands once while the service runs, to learn what that takes; no dump is kept. `undefined` where there is none. */
export async function timeDumps(
  host: Host,
  namespace: string,
  spec: BundleSpec,
  signal: AbortSignal | undefined,
): Promise<ForecastInput['dumps']> {
  const databases = spec.databases.filter((database) => database.kind === 'command');
  if (databases.length === 0) return undefined;
  const scratch = makeScratch(host, namespace);
  try {
    const env = hookEnvironment(spec, new Map());
    const begun = host.now();
    let bytes = 0;
    for (const { name, dump } of databases) {
      const output = join(scratch, `${name}.dump`);
      await runWithFile(`The dump of ${name}`, dump, { output }, env, spec.downtimeBudgetMs * 10, signal);
      bytes += statSync(output).size;
      rmSync(output);
    }
    return { ms: host.now() - begun, bytes, restored: databases.some(({ restore }) => restore !== undefined) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
