import { basename, dirname, join, resolve } from 'node:path';
import type { LaunchFile } from '../../backend/launch-file.ts';
import type { Files } from '../../host/files.ts';
import type { JobKey } from '../../job/job.ts';
import { type NamespaceLayout, namespaceLayout } from '../../state/layout.ts';
import { smallDigestOf } from './small-digest.ts';

/** Where a launch file stands says where everything else stands; no environment variable is asked. */
export interface LaunchPlace {
  readonly path: string;
  readonly stateDir: string;
  readonly layout: NamespaceLayout;
}

export type ReadLaunchFile =
  | { readonly ok: true; readonly launch: LaunchFile; readonly place: LaunchPlace }
  /** `blame` is whom the file was for, as far as it can still be read. */
  | { readonly ok: false; readonly problem: string; readonly place: LaunchPlace | undefined; readonly blame: JobKey };

const unknownJob: JobKey = { tenant: 'unknown', name: 'unknown' };

/** Reads `<state>/namespaces/<namespace>/launch/<digest>.json` and holds its bytes against the digest in its name. */
export function readLaunchFile(files: Pick<Files, 'readText'>, given: string): ReadLaunchFile {
  const path = resolve(given);
  const namespaceRoot = dirname(dirname(path));
  if (basename(dirname(path)) !== 'launch' || basename(dirname(namespaceRoot)) !== 'namespaces') {
    const problem = `${path} is not the launch file of an installed job (STATE/namespaces/NAME/launch/DIGEST.json).`;
    return { ok: false, problem, place: undefined, blame: unknownJob };
  }
  const stateDir = dirname(dirname(namespaceRoot));
  const place: LaunchPlace = { path, stateDir, layout: namespaceLayout(stateDir, basename(namespaceRoot)) };
  const text = files.readText(path);
  const remedy = 'Run `rota apply` to write it again.';
  if (text === undefined)
    return { ok: false, problem: `The launch file ${path} is missing. ${remedy}`, place, blame: unknownJob };
  const blame = blamed(text);
  const version = /^\{"formatVersion":(\d+),/.exec(text)?.[1];
  if (version !== undefined && version !== '1') {
    const problem = `The launch file ${path} has format ${version}; this runner reads format 1. Run \`rota apply\` with the newer Rota.`;
    return { ok: false, problem, place, blame };
  }
  if (`${smallDigestOf(text)}.json` !== basename(path)) {
    return {
      ok: false,
      problem: `The launch file ${path} is damaged: its content does not match its name. ${remedy}`,
      place,
      blame,
    };
  }
  const launch: unknown = JSON.parse(text);
  if (!isLaunchFile(launch)) {
    return { ok: false, problem: `The launch file ${path} is not one that Rota wrote. ${remedy}`, place, blame };
  }
  return { ok: true, launch, place };
}

/** The digest has vouched for the rest. */
function isLaunchFile(value: unknown): value is LaunchFile {
  return (
    typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === 1 && 'command' in value
  );
}

/** The key is the first thing in the text. */
function blamed(text: string): JobKey {
  const found = /"tenant":"([a-z0-9-]+)","name":"([a-z0-9-]+)"/.exec(text);
  return found?.[1] !== undefined && found[2] !== undefined ? { tenant: found[1], name: found[2] } : unknownJob;
}

/** The launcher of the state folder that the launch file is in. */
export function launcherOf(place: LaunchPlace): string {
  return join(place.stateDir, 'bin', process.platform === 'win32' ? 'rota-run.cmd' : 'rota-run');
}
