import { join } from 'node:path';
import { type Host, RotaError } from '@rota/core';
import { type BytesText, toBytes } from '../crontab-text/bytes-text.ts';

type KeptHost = Pick<Host, 'files' | 'stateDir'>;

/** What stood there before a write that is not over, or went wrong. */
const beforePath = ({ stateDir }: KeptHost): string => join(stateDir, 'crontab.before');
/** What Rota wrote last, or was about to write. */
const lastPath = ({ stateDir }: KeptHost): string => join(stateDir, 'crontab.last');

/** The table that Rota saw or wrote last; the empty text where there was none. */
export function lastTable(host: KeptHost): BytesText {
  return read(host, lastPath(host));
}

/** Called with what stands there, once that is certain. */
export function rememberTable(host: KeptHost, table: BytesText): void {
  if (lastTable(host) !== whole(table)) put(host, lastPath(host), table);
}

/** Both tables are on the disk before the program is asked to write. Answers where the one from before is, if there was any. */
export function keepTables(host: KeptHost, before: BytesText, after: BytesText): string | undefined {
  put(host, beforePath(host), before);
  put(host, lastPath(host), after);
  return before === '' ? undefined : beforePath(host);
}

/** The write is over. */
export function dropBefore(host: KeptHost): void {
  host.files.remove(beforePath(host));
}

/**
 * A write that was cut off or went wrong left the table from before. It is not needed where that very table stands there, or the one that was wanted;
 * where another does, lines may be lost, and only a person can say.
 *
 * @throws ROTA_CRONTAB_CHANGED
 */
export function checkLeftover(host: KeptHost, now: BytesText): void {
  const before = read(host, beforePath(host));
  if (before === '') return;
  if (whole(now) === before || whole(now) === lastTable(host)) {
    dropBefore(host);
    return;
  }
  const path = beforePath(host);
  throw new RotaError(
    'ROTA_CRONTAB_CHANGED',
    `A write of the crontab went wrong, and neither the table from before stands there nor the one that was wanted. The one from before is kept in ${path}. Nothing was changed.`,
    {
      suggestions: [
        `Compare: crontab -l | diff ${path} -`,
        `Bring it back: crontab ${path}`,
        `Or keep what stands there: rm ${path}`,
      ],
    },
  );
}

/** Every `crontab` takes a table that ends in a line break. */
function whole(table: BytesText): BytesText {
  return table === '' || table.endsWith('\n') ? table : `${table}\n`;
}

function read({ files }: KeptHost, path: string): BytesText {
  return Buffer.from(files.readBytes(path) ?? []).toString('latin1');
}

function put({ files }: KeptHost, path: string, table: BytesText): void {
  if (table === '') files.remove(path);
  else files.write(path, toBytes(whole(table)));
}
