import { realpathSync } from 'node:fs';
import type { CommandPlace } from '@rota/core';
import { ownFile } from '../own-file.ts';

/** Where this command line stands, for the jobs that start it again: beside the sources and beside the build it is the same `bin.js`. */
export function ownCommand(): CommandPlace {
  return { node: process.execPath, script: realpathSync(ownFile('bin.js')) };
}
