import { join } from 'node:path';
import type { Host, ProcessRequest } from '@rota/core';
import { type BytesText, toBytes } from '../crontab-text/bytes-text.ts';
import { crontabRequest } from './read-table.ts';

/**
 * The table that is to be installed, as a file: `crontab -` takes the end of its input for the end of the table, so that a Rota that is killed before it
 * has given all of it would leave a table that is cut off, or one without a line.
 */
const name = 'crontab.next';
/** Debian's program cuts longer names off: MAX_FNAME in cron.h. */
const longestName = 99;

type NextHost = Pick<Host, 'files' | 'stateDir'>;

export function writeNext({ files, stateDir }: NextHost, table: BytesText): void {
  files.write(join(stateDir, name), toBytes(table));
}

export function removeNext({ files, stateDir }: NextHost): void {
  files.remove(join(stateDir, name));
}

/** Has the program install it. */
export function installRequest({ stateDir }: Pick<Host, 'stateDir'>): ProcessRequest {
  const path = join(stateDir, name);
  return Buffer.byteLength(path) <= longestName ? crontabRequest([path]) : crontabRequest([name], { cwd: stateDir });
}
