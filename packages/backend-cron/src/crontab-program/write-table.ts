import { join } from 'node:path';
import { type Host, type ProcessResult, RotaError, withLock } from '@rota/core';
import { type BytesText, toBytes } from '../crontab-text/bytes-text.ts';
import type { CronDialect } from '../dialect.ts';
import { type CrontabTable, crontabRequest, readTable } from './read-table.ts';

/** Lines that a cron reads of one table: MAX_TAB_LINES in Debian's cron.h, MAXLINES in BusyBox' crond.c (for all but root). */
const mostLines: Readonly<Record<CronDialect, number>> = { debian: 10_000, cronie: Number.POSITIVE_INFINITY, busybox: 255 };

/**
 * Compare and swap of the user's crontab, one Rota at a time: reads it, lets `edit` make the new one, has the program check it, reads again
 * right before it is installed, and reads back. Equal tables are not written.
 *
 * @throws ROTA_CRONTAB_UNREADABLE, ROTA_CRONTAB_LIMIT, ROTA_CRONTAB_REFUSED: nothing was changed.
 * @throws ROTA_CRONTAB_CHANGED when somebody else edited it meanwhile, again and again, or right after.
 */
export async function changeTable(host: Host, dialect: CronDialect, edit: (text: BytesText) => BytesText): Promise<void> {
  await withLock(host, join(host.stateDir, 'crontab.lock'), { purpose: 'edit the crontab', waitMs: 60_000 }, async () => {
    for (let tries = 0; tries < 5; tries++) {
      const before = await readTable(host);
      const after = edit(before.text);
      if (after === before.text) return;
      checkLimits(host, dialect, after);
      if (after !== '') await validate(host, dialect, after);
      if (!sameTable(await readTable(host), before)) continue;
      const wanted = await install(host, dialect, after);
      if ((await readTable(host)).text === wanted) return;
      throw changed('It was changed by somebody else right after it was installed.');
    }
    throw changed('Somebody else keeps changing it.');
  });
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

/** Installs the table; answers what then stands there. */
async function install(host: Host, dialect: CronDialect, table: BytesText): Promise<BytesText> {
  if (table === '') {
    const removed = await host.run(crontabRequest(['-r']));
    if (removed.exitCode !== 0) throw refused(removed.stderr);
    return '';
  }
  const result = await host.run(crontabRequest(['-'], { input: toBytes(table) }));
  if (result.exitCode === 0) return table;
  if (dialect === 'busybox' || !onlyLacksNewline(table, result.stderr)) throw refused(result.stderr);
  // The table that Rota found had no final newline. The program never installs such a one, so it keeps the newline.
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

function changed(reason: string): RotaError {
  return new RotaError('ROTA_CRONTAB_CHANGED', `The crontab is being edited. ${reason}`, {
    suggestions: ['Close other editors of the crontab (`crontab -e`), then plan again.'],
  });
}
