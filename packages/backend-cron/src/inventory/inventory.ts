import type { ForeignEntry, Host } from '@rota/core';
import { readTable } from '../crontab-program/read-table.ts';
import { fromBytesText, toBytesText } from '../crontab-text/bytes-text.ts';
import { programDialect } from '../detect.ts';
import type { CronDialect } from '../dialect.ts';
import { type ForeignLine, foreignLines } from './foreign-lines.ts';
import { readLine } from './read-line.ts';

/** Every line of a crontab that starts something and is not Rota's: the user's own, and in the system's tables those that run as the user. */
export async function inventory(host: Host): Promise<readonly ForeignEntry[]> {
  const dialect = await programDialect(host);
  const own = foreignLines((await readTable(host)).text).filter((line) => line.on);
  return [...own.map((line) => ownEntry(line, dialect, host)), ...systemTables(host, dialect)];
}

function ownEntry(line: ForeignLine, dialect: CronDialect, host: Host): ForeignEntry {
  const { reading, notes } = readLine(line, dialect, host);
  const { key, digest, tool } = line;
  return {
    backend: 'cron',
    id: `crontab:${line.line}`,
    owner: host.user.name,
    text: fromBytesText(line.raw),
    ...described(line),
    ...(reading === undefined ? {} : { reading }),
    notes,
    ...(tool === undefined && reading?.trigger ? { identity: { key, digest } } : {}),
    ...(tool === undefined
      ? {}
      : { notAdoptable: `${tool.name} manages it as "${tool.entry}" and would bring it back; remove it there first.` }),
  };
}

function systemTables(host: Host, dialect: CronDialect): readonly ForeignEntry[] {
  // run-parts(8) names: what cron itself reads of /etc/cron.d.
  const files = [
    '/etc/crontab',
    ...host.files
      .list('/etc/cron.d')
      .filter((name) => /^[A-Za-z0-9_-]+$/.test(name))
      .map((name) => `/etc/cron.d/${name}`),
  ];
  return files.flatMap((file) =>
    foreignLines(toBytesText(readable(host, file))).flatMap((line): readonly ForeignEntry[] => {
      const { user, reading, notes } = readLine(line, dialect, host, true);
      if (user !== host.user.name) return [];
      return [
        {
          backend: 'cron',
          id: `${file}:${line.line}`,
          owner: user,
          text: fromBytesText(line.raw),
          ...described(line),
          ...(reading === undefined ? {} : { reading }),
          notes,
          notAdoptable: `It stands in ${file}, which belongs to the system: only root can take it out.`,
        },
      ];
    }),
  );
}

function described({ tool, comments }: ForeignLine): Pick<ForeignEntry, 'name' | 'description'> {
  if (tool !== undefined && tool.name !== 'Whenever') return { name: tool.entry };
  const description = comments.join(' ').trim();
  return description === '' ? {} : { description };
}

function readable(host: Host, file: string): string {
  try {
    return host.files.readText(file) ?? '';
  } catch {
    return ''; // a table that this user may not read has nothing that this user could take over
  }
}
