import { dirname, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { stateLayout } from '../state/layout.ts';
import type { DoctorFinding } from './diagnosis.ts';

const remedy = 'rota doctor --repair';

/** Whether what native entries name is there and starts: the launcher, the Node and the runner. */
export async function checkLauncher(
  host: Pick<Host, 'files' | 'stateDir' | 'platform' | 'run'>,
): Promise<readonly DoctorFinding[]> {
  const layout = stateLayout(host.stateDir, host.platform);
  const windows = host.platform === 'win32';
  const path = layout.launcher;
  const text = host.files.readText(path);
  if (text === undefined) return [error('launcher.missing', `${path}, which starts jobs, is gone.`)];
  const found: DoctorFinding[] = [];
  if (!windows && ((host.files.facts(path)?.mode ?? 0) & 0o100) === 0)
    found.push(error('launcher.mode', `${path} cannot be executed.`));
  const node = (windows ? /^set "node=(.*)"$/m : /^node='(.*)'$/m).exec(text)?.[1];
  const runner = (windows ? /^.*%~dp0(.*?)"/m : /exec "\$node" '(.*)' "\$@"/).exec(text)?.[1];
  // An absolute path stays as it is; on Windows the runner's begins at the launcher.
  const missing = (file: string | undefined): boolean =>
    file === undefined || host.files.facts(resolve(dirname(path), plain(file, windows))) === undefined;
  if (missing(runner)) found.push(error('launcher.runner-missing', `The runner ${runner ?? ''} that ${path} starts is gone.`));
  if (missing(node)) {
    found.push({
      severity: 'warning',
      code: 'launcher.node-missing',
      message: `The Node that Rota was installed with (${node ?? 'unknown'}) is gone; jobs are started with the one on the PATH, if there is one.`,
      remedy,
    });
  }
  if (!windows && found.every(({ severity }) => severity !== 'error')) found.push(...(await startsRunner(host, path)));
  if (!windows && host.files.facts(layout.recorder) === undefined) {
    found.push({
      severity: 'warning',
      code: 'recorder.missing',
      message: `${layout.recorder}, which records runs, is gone.`,
      remedy,
    });
  }
  return found;
}

/** Without a launch file the runner says how it is called and does nothing, with status 64 (EX_USAGE of sysexits.h). */
async function startsRunner({ run }: Pick<Host, 'run'>, path: string): Promise<readonly DoctorFinding[]> {
  const { exitCode, signal, stderr, timedOut } = await run({ file: path, args: [], timeoutMs: 20_000 });
  if (exitCode === 64 && stderr.startsWith('Usage: rota-run')) return [];
  const said = stderr
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');
  const end = timedOut ? 'does not end' : `ends with ${signal ?? `status ${exitCode}`}`;
  return [
    error(
      'launcher.broken',
      `${path} does not start the runner, so no job runs: it ${end}${said === undefined ? '' : ` and says: ${said.slice(0, 200)}`}`,
    ),
  ];
}

function plain(file: string, windows: boolean): string {
  return windows ? file.replaceAll('%%', '%') : file.replaceAll("'\\''", "'");
}

function error(code: string, message: string): DoctorFinding {
  return { severity: 'error', code, message, remedy };
}
