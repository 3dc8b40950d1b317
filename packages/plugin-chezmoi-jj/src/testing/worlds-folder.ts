import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `newWorld` and `madeOnce` have a folder for each process. */
    readonly worlds: string;
  }
}

/** Makes the folder of all worlds of one run of the tests; what it answers removes it. */
export default function worldsFolder(project: TestProject): () => void {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'rota-worlds-'));
  project.provide('worlds', folder);
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
