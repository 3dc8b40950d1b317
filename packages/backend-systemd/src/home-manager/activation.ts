import type { Job, JobKey } from '@rota/core';

/** What an `on: apply` job needs to run when home-manager activates; paths are relative to the home. */
export interface Activation {
  readonly job: Job;
  /** The launch file, whose name is the digest of its content. */
  readonly launchFile: string;
  readonly launcher: string;
  /** Folder of the digests that ended well, a file a job. */
  readonly done: string;
}

/** The name of the activation entry of a job. */
export function activationName({ tenant, name }: JobKey): string {
  return `rota-${tenant}-${name}`;
}

/**
 * The shell text of an activation entry: runs the job once for each content of its declaration. One that fails is tried again by the next
 * activation, does not stop this one, and what comes after it waits. In a dry run of home-manager it is only named.
 */
export function activationScript({ job, launchFile, launcher, done }: Activation, before: readonly Activation[]): string {
  const digest = digestOf(launchFile);
  const first = before.map(
    (other) => `[ "$(cat "$HOME"/${quoted(stampOf(other))} 2>/dev/null)" = ${digestOf(other.launchFile)} ]`,
  );
  const stamp = stampOf({ job, done });
  return [
    `if [ "$(cat "$HOME"/${quoted(stamp)} 2>/dev/null)" != ${digest} ]; then`,
    `  if ${[...first, 'true'].join(' && ')}; then`,
    '    if [ -n "${DRY_RUN:-}" ]; then',
    `      echo ${quoted(`rota would run ${job.tenant}/${job.name}`)}`,
    `    elif "$HOME"/${quoted(launcher)} "$HOME"/${quoted(launchFile)} --event apply; then`,
    `      mkdir -p "$HOME"/${quoted(done)} && echo ${digest} >"$HOME"/${quoted(stamp)}`,
    '    else',
    `      echo ${quoted(`rota: ${job.tenant}/${job.name} failed; the next activation tries again`)} >&2`,
    '    fi',
    '  else',
    `    echo ${quoted(`rota: ${job.tenant}/${job.name} waits for what it comes after`)} >&2`,
    '  fi',
    'fi',
  ].join('\n');
}

function stampOf({ job, done }: Pick<Activation, 'job' | 'done'>): string {
  return `${done}/${job.tenant}.${job.name}`;
}

function digestOf(launchFile: string): string {
  return launchFile.slice(launchFile.lastIndexOf('/') + 1, -'.json'.length);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
