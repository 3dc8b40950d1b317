import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { readJournal } from '../apply/journal.ts';
import type { Host } from '../host/host.ts';
import { namespaceLayout } from '../state/layout.ts';
import { lockHolder } from '../state/lock.ts';
import type { DoctorFinding } from './diagnosis.ts';

const mebibyte = 1024 * 1024;

/** Rights, owner and room of the state folder. */
export function checkStateFolder(host: Host): readonly DoctorFinding[] {
  const { stateDir } = host;
  const facts = host.files.facts(stateDir);
  if (facts === undefined) return [];
  if (facts.kind !== 'folder') {
    const message = `${stateDir}, where the state is to be, is no folder: no job of the runner runs, and nothing is recorded.`;
    return [{ severity: 'error', code: 'state.no-folder', message, remedy: `mv ${stateDir} ${stateDir}.aside, then rota apply` }];
  }
  const found: DoctorFinding[] = [];
  const tell = (severity: DoctorFinding['severity'], code: string, message: string, remedy: string): void =>
    void found.push({ severity, code, message, remedy });
  if (host.platform !== 'win32') {
    const { uid } = statSync(stateDir);
    if (uid !== host.user.uid)
      tell(
        'error',
        'state.owner',
        `${stateDir} belongs to the user ${uid}, not to ${host.user.name}.`,
        `sudo chown -R ${host.user.name} ${stateDir}`,
      );
    if ((facts.mode & 0o077) !== 0)
      tell('warning', 'state.open', `Others can read ${stateDir}, which holds the output of jobs.`, `chmod 700 ${stateDir}`);
  }
  const refusal = writeRefusal(stateDir);
  // Whoever does not own it is told so already.
  if (refusal !== undefined && !found.some(({ code }) => code === 'state.owner')) {
    tell(
      'error',
      'state.read-only',
      `${stateDir} cannot be written: jobs that the runner starts do not run, and no run is recorded.`,
      refusal === 'EROFS' ? remountAs(stateDir) : `chmod u+rwx ${stateDir}`,
    );
  }
  const { bavail, bsize, files, ffree } = statfsSync(stateDir);
  const free = Math.floor((bavail * bsize) / mebibyte);
  const room = 'Make room; what takes it:';
  if (free < 200)
    tell(
      free < 20 ? 'error' : 'warning',
      'state.full',
      `Only ${free} MiB are free where ${stateDir} is.`,
      `${room} df -h ${stateDir}; du -xhd 4 ${stateDir} | sort -h | tail`,
    );
  // Some file systems count no files at all.
  if (files > 0 && ffree < 500)
    tell(
      ffree < 50 ? 'error' : 'warning',
      'state.full',
      `Only ${ffree} more files can be made where ${stateDir} is.`,
      `${room} df -i ${stateDir}; du -xd 4 --inodes ${stateDir} | sort -n | tail`,
    );
  return found;
}

/** A file system that the kernel made read-only, else a bind mount that somebody made so. */
function remountAs(folder: string): string {
  return `sudo sh -c 'at=$(findmnt -no TARGET -T ${folder}); mount -o remount,rw "$at" || mount -o remount,bind,rw "$at"'`;
}

function writeRefusal(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'EACCES';
  }
}

/** An apply that was cut off, and locks that nobody alive holds. */
export function checkUnfinished(host: Host, namespace: string): readonly DoctorFinding[] {
  const layout = namespaceLayout(host.stateDir, namespace);
  const found: DoctorFinding[] = [];
  const holder = lockHolder(host, layout.lock);
  if (holder !== null) {
    found.push({
      severity: 'info',
      code: 'lock.held',
      message: `Process ${holder.pid} (${holder.purpose}) works on namespace ${namespace} since ${holder.since}.`,
      namespace,
    });
  } else if (host.files.facts(layout.lock) !== undefined) {
    found.push({
      severity: 'warning',
      code: 'lock.stale',
      message: `The lock of namespace ${namespace} was left by a process that is gone.`,
      remedy: 'The next apply takes it; nothing has to be done.',
      namespace,
    });
  }
  if (holder === null && readJournal(host, layout) !== null) {
    found.push({
      severity: 'warning',
      code: 'journal.pending',
      message: `An apply in namespace ${namespace} was cut off.`,
      remedy: `rota doctor --repair finishes or undoes it; so does every other command.`,
      namespace,
    });
  }
  return found;
}
