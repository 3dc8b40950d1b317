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
  try {
    accessSync(stateDir, constants.W_OK);
  } catch {
    tell(
      'error',
      'state.read-only',
      `${stateDir} cannot be written: runs are not recorded, and gated jobs do not start.`,
      `Make ${stateDir} writable.`,
    );
  }
  const { bavail, bsize } = statfsSync(stateDir);
  const free = Math.floor((bavail * bsize) / mebibyte);
  if (free < 200) {
    tell(
      free < 20 ? 'error' : 'warning',
      'state.full',
      `Only ${free} MiB are free where ${stateDir} is.`,
      'Make room, or keep the state elsewhere: ROTA_STATE_DIR.',
    );
  }
  return found;
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
