import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import { bytesOfName } from '../format/file-name.ts';
import { quoteForShell } from '../quote-for-shell.ts';
import { runProgram } from '../service/run-program.ts';
import { type SshPlace, sshOptions } from '../ssh-command.ts';
import type { ScannedEntry } from './scan-state.ts';

/** What a round sent. */
export interface SentRound {
  /** Bytes that went over the line. */
  readonly sentBytes: number;
  /** Size of the files that were not the same there. */
  readonly changedBytes: number;
}

/**
 * Sends entries of one root with rsync(1), which moves only what differs within a file, keeps links, holes, attributes and times, and checks
 * every file that it wrote. Owners are kept by name where the other machine has the name.
 *
 * @throws ROTA_BUNDLE_MIGRATE, ROTA_COMMAND_MISSING
 */
export async function sendChanges(input: {
  readonly place: SshPlace;
  readonly root: { readonly name: string; readonly path: string };
  /** The folder there that gets the root under its own name. */
  readonly to: string;
  readonly entries: readonly ScannedEntry[];
  /** A folder for the list of names. */
  readonly work: string;
  /** The service runs: files may vanish. Else every file is compared by content, whatever its times say. */
  readonly live: boolean;
  readonly signal?: AbortSignal | undefined;
}): Promise<SentRound> {
  const { place, root, to, entries, live } = input;
  if (entries.length === 0) return { sentBytes: 0, changedBytes: 0 };
  const list = join(input.work, `names-${root.name}`);
  // By its name from the folder above: `.` would take along whatever is in it, listed or not (rsync(1), --dirs).
  const base = `./${basename(root.path)}`;
  const names = entries.flatMap(({ path }) => [bytesOfName(path === '' ? base : `${base}/${path}`), Buffer.from([0])]);
  writeFileSync(list, Buffer.concat(names), { mode: 0o600 });
  const shell = ['ssh', ...sshOptions(place)].map(quoteForShell).join(' ');
  const end = await runProgram(
    'rsync',
    [
      '--links',
      '--perms',
      '--times',
      '--owner',
      '--group',
      '--devices',
      '--specials',
      '--hard-links',
      '--sparse',
      '--inplace',
      '--xattrs',
      '--acls',
      '--secluded-args',
      '--stats',
      ...(live ? [] : ['--ignore-times']),
      `--rsh=${shell}`,
      `--files-from=${list}`,
      '--from0',
      `${dirname(root.path)}/`,
      `${place.host}:${to}/`,
    ],
    { signal: input.signal },
  );
  // 24: a file vanished before it was sent (rsync(1), EXIT VALUES); 23 too, when a folder went away under it.
  const fine = end.exitCode === 0 || (live && (end.exitCode === 24 || end.exitCode === 23));
  if (!fine)
    throw new RotaError(
      'ROTA_BUNDLE_MIGRATE',
      `Sending the root ${root.name} failed: rsync ended with ${end.exitCode ?? end.signal} (${end.stderr.trim().split('\n').slice(-2).join(' ').slice(0, 400)})`,
    );
  const number = (label: string): number =>
    Number(new RegExp(`^${label}: ([\\d,]+)`, 'm').exec(end.stdout)?.[1]?.replaceAll(',', '') ?? 0);
  return { sentBytes: number('Total bytes sent'), changedBytes: number('Total transferred file size') };
}
