import { join } from 'node:path';
import type { ArtifactFile, Drift, Host, Installed, ListInput } from '@rota/core';
import { type Folders, readFolders } from '../folders.ts';
import { runtimeFolder } from '../systemctl.ts';
import { digestFiles, type Mark, readMark } from '../unit/mark.ts';
import { readUnitFileName, unitName, unitPrefix } from '../unit-name.ts';
import { readTimerStates, type TimerState } from './timer-states.ts';

/** The units of a namespace as they are now: the files, their links and drop-ins, and what the manager has started. Two calls. */
export async function list(host: Host, { namespace }: ListInput): Promise<readonly Installed[]> {
  const folders = await readFolders(host);
  const present = host.files.list(folders.units);
  const jobs = new Map<string, { readonly tenant: string; readonly name: string }>();
  for (const file of present) {
    const unit = readUnitFileName(file);
    if (unit?.namespace === namespace) jobs.set(`${unit.tenant}/${unit.name}`, { tenant: unit.tenant, name: unit.name });
  }
  if (jobs.size === 0) return [];
  const states = await readTimerStates(host, unitPrefix(namespace));
  const enabled = new Set(host.files.list(folders.wants));
  // With `--runtime`, `systemctl edit` and `set-property` write below the runtime folder.
  const passing = ['user', 'user.control'].flatMap((name) => host.files.list(join(runtimeFolder(host), 'systemd', name)));
  const folderNames = new Set(
    [...present, ...host.files.list(folders.control), ...passing].filter((name) => name.endsWith('.d')),
  );
  return [...jobs.values()].map((job) => readJob(host, folders, namespace, job, { states, enabled, folderNames }));
}

interface Surroundings {
  readonly states: ReadonlyMap<string, TimerState>;
  readonly enabled: ReadonlySet<string>;
  readonly folderNames: ReadonlySet<string>;
}

function readJob(
  host: Host,
  folders: Folders,
  namespace: string,
  job: { readonly tenant: string; readonly name: string },
  around: Surroundings,
): Installed {
  const name = unitName(namespace, job);
  const drift: Drift[] = [];
  const files: ArtifactFile[] = [];
  for (const file of [`${name}.service`, `${name}.timer`]) {
    const path = join(folders.units, file);
    if (host.files.readLink(path) === '/dev/null') drift.push({ kind: 'masked', detail: `${file} is masked.` });
    else {
      const content = host.files.readText(path);
      if (content !== undefined) files.push({ name: file, content });
    }
    if (around.folderNames.has(`${file}.d`)) drift.push({ kind: 'drop-in', detail: `${file}.d changes the unit.` });
  }
  const marks = files.map((file) => readMark(file.content));
  for (const [index, file] of files.entries()) {
    if (marks[index] === undefined) drift.push({ kind: 'foreign', detail: `${file.name} does not carry Rota's mark.` });
  }
  const mark = marks.find((found) => found !== undefined);
  const timer = `${name}.timer`;
  const active = around.enabled.has(timer);
  if (mark !== undefined) drift.push(...compare(mark, marks, files, timer, active, around.states.get(timer)));
  return { ...job, digest: mark?.digest, active, drift };
}

function compare(
  mark: Mark,
  marks: readonly (Mark | undefined)[],
  files: readonly ArtifactFile[],
  timer: string,
  active: boolean,
  state: TimerState | undefined,
): readonly Drift[] {
  const drift: Drift[] = [];
  const service = timer.replace(/timer$/, 'service');
  const missing = [service, ...(mark.timed ? [timer] : [])].filter((name) => !files.some((file) => file.name === name));
  if (missing.length > 0) {
    drift.push({ kind: 'missing', detail: `${missing.join(' and ')} is not there.` });
  } else if (digestFiles(files) !== mark.digest || marks.some((other) => other?.digest !== mark.digest)) {
    drift.push({ kind: 'edited', detail: `${files.map((file) => file.name).join(' or ')} was edited.` });
  }
  if (!mark.timed) return drift;
  if (mark.active && !active) drift.push({ kind: 'disabled', detail: `${timer} is not enabled.` });
  else if (!mark.active && active) drift.push({ kind: 'enabled', detail: `${timer} of a paused job is enabled.` });
  else if (!mark.active && state?.started) drift.push({ kind: 'enabled', detail: `${timer} of a paused job is started.` });
  // A timer that waits for the next boot or login is never started by an apply.
  else if (mark.active && !mark.atStart && !state?.started) drift.push({ kind: 'disabled', detail: `${timer} is not started.` });
  return drift;
}
