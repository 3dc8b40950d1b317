import type { Host } from '../host/host.ts';
import { stateLayout } from '../state/layout.ts';
import type { DoctorFinding } from './diagnosis.ts';

const remedy = 'rota doctor --repair';

/** Whether what native entries name is there: the launcher, the Node and the runner that it starts. */
export function checkLauncher(host: Pick<Host, 'files' | 'stateDir' | 'platform'>): readonly DoctorFinding[] {
  const layout = stateLayout(host.stateDir, host.platform);
  const windows = host.platform === 'win32';
  const path = layout.launcher;
  const text = host.files.readText(path);
  if (text === undefined) return [error('launcher.missing', `${path}, which starts jobs, is gone.`)];
  const found: DoctorFinding[] = [];
  if (!windows && ((host.files.facts(path)?.mode ?? 0) & 0o100) === 0)
    found.push(error('launcher.mode', `${path} cannot be executed.`));
  const node = (windows ? /^set "node=(.*)"$/m : /^node='(.*)'$/m).exec(text)?.[1];
  const runner = (windows ? /^"%node%" "(.*)" %\*$/m : /exec "\$node" '(.*)' "\$@"/).exec(text)?.[1];
  const missing = (file: string | undefined): boolean =>
    file === undefined || host.files.facts(plain(file, windows)) === undefined;
  if (missing(runner)) found.push(error('launcher.runner-missing', `The runner ${runner ?? ''} that ${path} starts is gone.`));
  if (missing(node)) {
    found.push({
      severity: 'warning',
      code: 'launcher.node-missing',
      message: `The Node that Rota was installed with (${node ?? 'unknown'}) is gone; jobs are started with the one on the PATH, if there is one.`,
      remedy,
    });
  }
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

function plain(file: string, windows: boolean): string {
  return windows ? file.replaceAll('%%', '%') : file.replaceAll("'\\''", "'");
}

function error(code: string, message: string): DoctorFinding {
  return { severity: 'error', code, message, remedy };
}
