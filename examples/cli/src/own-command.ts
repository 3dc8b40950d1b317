import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommandPlace } from '@rota/core';

/** Where this command line stands, for the jobs that start it again: beside the sources and beside the build it is the same `bin.js`. */
export function ownCommand(): CommandPlace {
  return { node: process.execPath, script: realpathSync(fileURLToPath(new URL('../bin.js', import.meta.url))) };
}
