import { type Host, RotaError } from '@rota/core';

/** A process that may put another table in the place of the one that stands there. */
export interface CrontabEditor {
  readonly pid: number;
  /** As it was called: `crontab -e`. */
  readonly command: string;
}

type EditorHost = Pick<Host, 'files' | 'user'>;

/** crontab(1): these only read. */
const reading = new Set(['-l', '-n', '-T', '-V']);
const [checkEveryMs, mostChecks] = [100, 100];

/**
 * The `crontab` programs that change the table of this user at this moment. `crontab -e` copies the table when it begins; what the editor saved takes the
 * place of whatever stands there when it ends, and what is installed meanwhile is lost on either side. No crontab program takes a lock.
 */
export function openEditors({ files, user }: EditorHost): readonly CrontabEditor[] {
  const found: CrontabEditor[] = [];
  const ours = pidNamespaces(read(files, 'self', 'status') ?? '');
  const ourSpool = spoolOf(files, 'self');
  for (const pid of files.list('/proc')) {
    if (!/^[0-9]+$/.test(pid) || read(files, pid, 'comm')?.trim() !== 'crontab') continue;
    const words = read(files, pid, 'cmdline')?.split('\0').slice(0, -1) ?? [];
    // One that has ended has no command line left.
    if (words.length === 0 || words.some((word) => reading.has(word))) continue;
    const status = read(files, pid, 'status') ?? '';
    // One of a container, which has tables of its own. Only root can see which; to others whoever is in another namespace is in a container.
    const spool = spoolOf(files, pid);
    if (spool === undefined ? pidNamespaces(status) > ours : spool !== ourSpool) continue;
    const named = namedUser(words);
    const isOurs = named === undefined ? /^Uid:\t(\d+)/m.exec(status)?.[1] === String(user.uid) : named === user.name;
    if (isOurs) found.push({ pid: Number(pid), command: words.join(' ') });
  }
  return found;
}

/** proc(5): `NSpid` has a number for each namespace that the process is in. */
function pidNamespaces(status: string): number {
  return /^NSpid:(.*)$/m.exec(status)?.[1]?.trim().split('\t').length ?? 0;
}

/** Which folder the tables of a process stand in, in whatever container it is; `undefined` where that cannot be seen. */
function spoolOf(files: Host['files'], pid: string): string | undefined {
  const root = `/proc/${pid}/root`;
  try {
    // A link of a container would be followed here. Alpine's leads to /etc/crontabs; cronie has no folder below this one.
    const link = files.readLink(`${root}/var/spool/cron/crontabs`);
    const folder =
      files.facts(root + (link?.startsWith('/') ? link : '/var/spool/cron/crontabs')) ?? files.facts(`${root}/var/spool/cron`);
    return folder === undefined ? undefined : `${folder.device} ${folder.inode}`;
  } catch {
    return undefined;
  }
}

/** Whose table it is, if it says so: `-u ann`, `-uann`, `-eu ann`. */
function namedUser(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => /^-[a-z]*u/.test(word));
  return at < 0 ? undefined : words[at]?.replace(/^-[a-z]*?u/, '') || words[at + 1];
}

/** Waits until nobody changes the table, for ten seconds. @throws ROTA_CRONTAB_CHANGED, with who does */
export async function untilNobodyEdits(host: EditorHost & Pick<Host, 'sleep'>): Promise<void> {
  for (let check = 0; ; check++) {
    const [editor] = openEditors(host);
    if (editor === undefined) return;
    if (check === mostChecks) throw held(editor);
    await host.sleep(checkEveryMs);
  }
}

function held({ pid, command }: CrontabEditor): RotaError {
  return new RotaError(
    'ROTA_CRONTAB_CHANGED',
    `Somebody has the crontab open (process ${pid}: ${command}). Saved, it would take the place of what Rota writes now. Nothing was changed.`,
    {
      suggestions: ['Save it and close the editor, then try again.', `See whose it is: ps -p ${pid} -o pid,user,tty,lstart,args`],
    },
  );
}

/** A process may be gone by now. */
function read(files: Host['files'], pid: string, file: string): string | undefined {
  try {
    return files.readText(`/proc/${pid}/${file}`);
  } catch {
    return undefined;
  }
}
