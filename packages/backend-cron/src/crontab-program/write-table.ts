import { join } from 'node:path';
import { type Host, isRotaError, type ProcessResult, RotaError, withLock } from '@rota/core';
import { type BytesText, toBytes } from '../crontab-text/bytes-text.ts';
import type { CronDialect } from '../dialect.ts';
import { checkSilence } from './check-silence.ts';
import { checkLeftover, dropBefore, keepTables, rememberTable } from './kept-tables.ts';
import { installRequest, removeNext, writeNext } from './next-table.ts';
import { openEditors, untilNobodyEdits } from './open-editors.ts';
import { type CrontabTable, crontabRequest, readTable } from './read-table.ts';

/** Lines that a cron reads of one table: MAX_TAB_LINES in Debian's cron.h, MAXLINES in BusyBox' crond.c (for all but root). */
const mostLines: Readonly<Record<CronDialect, number>> = { debian: 10_000, cronie: Number.POSITIVE_INFINITY, busybox: 255 };

/**
 * Compare and swap of the user's crontab, one Rota at a time: reads it, lets `edit` make the new one, has the program check it, waits until nobody has
 * it open, reads again right before it is installed, and reads back. Equal tables are not written.
 *
 * @throws ROTA_CRONTAB_UNREADABLE, ROTA_CRONTAB_LIMIT, ROTA_CRONTAB_REFUSED: nothing was changed.
 * @throws ROTA_CRONTAB_CHANGED when somebody has it open, or edited it meanwhile, again and again, or right after; then the table from before is kept beside the state,
 * and nothing is written until it is brought back or removed.
 */
export async function changeTable(host: Host, dialect: CronDialect, edit: (text: BytesText) => BytesText): Promise<void> {
  await withLock(host, join(host.stateDir, 'crontab.lock'), { purpose: 'edit the crontab', waitMs: 60_000 }, async () => {
    for (let tries = 0; tries < 5; tries++) {
      const before = await readTable(host);
      // Of a Rota that was killed while it wrote.
      removeNext(host);
      checkLeftover(host, before.text);
      const after = edit(before.text);
      if (after === before.text) return rememberTable(host, after);
      await untilNobodyEdits(host);
      await checkSilence(host, dialect, before);
      checkLimits(host, dialect, after);
      if (after !== '') await validate(host, dialect, after);
      let copy: string | undefined;
      let now: CrontabTable | undefined;
      try {
        copy = keepTables(host, before.text, after);
        if (after !== '') writeNext(host, after);
        // Last of all, and nothing that waits for the disk after it: what a person saves from here on would be lost. Whoever has it open is looked for on both
        // sides of the look at the table, since one that saves and ends between two looks is seen by neither.
        const isOpen = openEditors(host).length > 0;
        const last = await readTable(host, before.text);
        if (!isOpen && sameTable(last, before) && openEditors(host).length === 0) now = last;
      } finally {
        if (now === undefined) notWritten(host, before);
      }
      if (now !== undefined) return await replaceTable(host, dialect, { before, after, copy });
    }
    throw changed('It was another one at each look.');
  });
}

interface Replacement {
  readonly before: CrontabTable;
  readonly after: BytesText;
  /** Where the table from before is kept, if there was any. */
  readonly copy: string | undefined;
}

/** What stood there is kept until the new table is seen to stand there whole: the program may be a stranger's, or the disk full. */
async function replaceTable(host: Host, dialect: CronDialect, { before, after, copy }: Replacement): Promise<void> {
  const kept = copy === undefined ? [] : [`What stood there before is kept: \`crontab ${copy}\` brings it back.`];
  let wanted: BytesText;
  try {
    wanted = await install(host, dialect, after);
  } catch (error) {
    // What failed may have written all the same, as where it was ended by the time-out.
    const stands = await readTable(host).catch(() => undefined);
    if (stands !== undefined && sameTable(stands, before)) notWritten(host, before);
    throw error;
  } finally {
    removeNext(host);
  }
  const now = await readBack(host, kept);
  if (now.text !== wanted && !sameTable(now, before)) throw changed('It is not what was installed.', ...kept);
  rememberTable(host, now.text);
  dropBefore(host);
  if (now.text !== wanted) throw notTaken();
}

/** What was kept for a write says nothing of a table that is as it was. */
function notWritten(host: Host, before: CrontabTable): void {
  removeNext(host);
  dropBefore(host);
  rememberTable(host, before.text);
}

async function readBack(host: Host, kept: readonly string[]): Promise<CrontabTable> {
  try {
    return await readTable(host);
  } catch (error) {
    if (!isRotaError(error)) throw error;
    throw changed(`It cannot be read back: ${error.message}`, ...kept, ...error.suggestions);
  }
}

const sameTable = (a: CrontabTable, b: CrontabTable): boolean => a.exists === b.exists && a.text === b.text;

function checkLimits(host: Host, dialect: CronDialect, table: BytesText): void {
  const lines = table.split('\n').length;
  const most = dialect === 'busybox' && host.user.name === 'root' ? 65_534 : mostLines[dialect];
  if (lines <= most) return;
  throw new RotaError(
    'ROTA_CRONTAB_LIMIT',
    `The crontab would have ${lines} lines; this cron reads ${most}. Nothing was changed.`,
    {
      suggestions: ['Remove jobs or comments from the crontab, or use another backend.'],
    },
  );
}

/** `-n` came with Debian 12; `-T` is cronie's, and wants a file, since it cannot go back in a pipe; BusyBox takes every table. */
async function validate(host: Host, dialect: CronDialect, table: BytesText): Promise<void> {
  if (dialect === 'busybox') return;
  const result =
    dialect === 'debian' ? await host.run(crontabRequest(['-n', '-'], { input: toBytes(table) })) : await testFile(host, table);
  if (result.exitCode === 0 || /invalid option|usage error/.test(result.stderr)) return;
  if (onlyLacksNewline(table, result.stderr)) return;
  throw refused(result.stderr);
}

async function testFile(host: Host, table: BytesText): Promise<ProcessResult> {
  const path = join(host.stateDir, 'crontab.candidate');
  host.files.write(path, toBytes(table));
  try {
    return await host.run(crontabRequest(['-T', path]));
  } finally {
    host.files.remove(path);
  }
}

/** Installs the table that was written for it; answers what then stands there. */
async function install(host: Host, dialect: CronDialect, table: BytesText): Promise<BytesText> {
  if (table === '') {
    const removed = await host.run(crontabRequest(['-r']));
    if (removed.exitCode !== 0) throw refused(removed.stderr);
    return '';
  }
  const result = await host.run(installRequest(host));
  if (result.exitCode === 0) return table;
  if (dialect === 'busybox' || !onlyLacksNewline(table, result.stderr)) throw refused(result.stderr);
  // The table that Rota found had no final newline. The program never installs such a one, so it keeps the newline.
  writeNext(host, `${table}\n`);
  return await install(host, 'busybox', `${table}\n`);
}

/** Debian's words, and cronie's. */
function onlyLacksNewline(table: BytesText, stderr: string): boolean {
  if (table.endsWith('\n')) return false;
  return /missing newline before EOF|premature EOF/.test(stderr) && !/errors in crontab file|: bad /.test(stderr);
}

function refused(stderr: string): RotaError {
  const said = stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
  return new RotaError('ROTA_CRONTAB_REFUSED', `crontab refused the new table, so nothing was changed: ${said}`, {
    suggestions: ['Mend the lines that it names with `crontab -e`; they may be ones that Rota does not own.'],
  });
}

function notTaken(): RotaError {
  const message = '`crontab` said that it had installed the new table, but `crontab -l` still shows the old one.';
  return new RotaError('ROTA_CRONTAB_REFUSED', message, {
    suggestions: ['See with `command -v crontab` whether another program stands in its place.'],
  });
}

function changed(reason: string, ...more: readonly string[]): RotaError {
  return new RotaError(
    'ROTA_CRONTAB_CHANGED',
    `Somebody else changes the crontab, or a program in the place of \`crontab\`. ${reason}`,
    {
      suggestions: [...more, 'Close other editors of the crontab (`crontab -e`), then plan again.'],
    },
  );
}
