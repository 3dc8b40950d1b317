import { join } from 'node:path';
import { type Host, RotaError } from '@rota/core';
import type { CronDialect } from '../dialect.ts';
import { lastTable } from './kept-tables.ts';
import { type CrontabTable, crontabRequest } from './read-table.ts';

const begin = 'rota: the crontab begins here\n';
const end = 'rota: the crontab ends here\n';

/**
 * A table that is there and empty is listed as nothing at all, and so is every table by a program that loses what it prints. Before the first write, while
 * no table was ever seen, it is asked for in another way: `crontab -e` gives the table to an editor, and this one prints it between two lines. Where these do not
 * come, or lines do, nothing is written.
 *
 * @throws ROTA_CRONTAB_UNREADABLE
 */
export async function checkSilence(host: Host, dialect: CronDialect, { exists, text }: CrontabTable): Promise<void> {
  if (!exists || text !== '' || lastTable(host) !== '') return;
  const script = join(host.stateDir, 'crontab.show');
  host.files.write(script, `#!/bin/sh\nprintf '${begin.trim()}\\n'\ncat "$1"\nprintf '${end.trim()}\\n'\n`, 0o700);
  try {
    // BusyBox executes the editor, the others have a shell start it.
    const editor = dialect === 'busybox' ? script : `'${script.replaceAll("'", "'\\''")}'`;
    const { stdout } = await host.run(crontabRequest(['-e'], { env: { VISUAL: editor, EDITOR: editor } }));
    if (stdout.includes(begin + end)) return;
    throw silent(
      stdout.includes(begin) ? 'but `crontab -e` edits one that has lines' : 'and `crontab -e` does not show one either',
    );
  } finally {
    host.files.remove(script);
  }
}

function silent(but: string): RotaError {
  return new RotaError(
    'ROTA_CRONTAB_UNREADABLE',
    `\`crontab -l\` lists nothing, says that all is well, and does not say that there is no crontab; ${but}. Nothing was changed.`,
    {
      suggestions: [
        'See with `command -v crontab` which program answers, and mend it.',
        'If `sudo ls -l /var/spool/cron/crontabs /var/spool/cron` shows that your crontab has no bytes, remove it: crontab -r',
      ],
    },
  );
}
