import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { digestOf } from '../../state/digest.ts';
import { stateLayout } from '../../state/layout.ts';
import { launcherCommandFile, launcherScript } from './launcher.ts';
import { recorderScript } from './recorder.ts';

/** Which Node and which runner the launcher starts. */
export interface InstallLauncherOptions {
  /** Absolute path of the Node that will run jobs. @default the one that runs this */
  readonly node?: string;
  /** Absolute path of the bundled runner. @default the one that is built with this copy of core */
  readonly bundlePath?: string;
}

/**
 * Puts the runner into the state folder (`runner/<digest>/rota-run.cjs`), and beside it the two files that native entries name: the launcher and the
 * recorder. Writes only what differs; running jobs keep the bundle that they started with.
 *
 * @returns the paths that were written
 * @throws ROTA_RUNNER_MISSING when the runner is not built
 */
export function installLauncher(
  host: Pick<Host, 'files' | 'stateDir' | 'platform'>,
  options: InstallLauncherOptions = {},
): readonly string[] {
  const { files, stateDir, platform } = host;
  const layout = stateLayout(stateDir, platform);
  const bundlePath = options.bundlePath ?? runnerBundlePath();
  const bundle = files.readText(bundlePath);
  if (bundle === undefined) throw missing([bundlePath]);
  const runner = join(layout.runners, digestOf(bundle), 'rota-run.cjs');
  const launcher = { node: options.node ?? process.execPath, runner };
  const written: string[] = [];
  const put = (path: string, text: string, mode: number): void => {
    if (files.readText(path) === text && (platform === 'win32' || files.facts(path)?.mode === mode)) return;
    files.write(path, text, mode);
    written.push(path);
  };
  // The bundle first: the launcher never names a file that is not there.
  put(runner, bundle, 0o600);
  if (platform === 'win32') {
    put(layout.launcher, launcherCommandFile({ ...launcher, runner: relative(dirname(layout.launcher), runner) }), 0o700);
  } else {
    put(layout.launcher, launcherScript(launcher), 0o700);
    put(layout.recorder, recorderScript(stateDir), 0o700);
  }
  return written;
}

/** Where the build of this copy of core has put the runner. @throws ROTA_RUNNER_MISSING */
export function runnerBundlePath(): string {
  // Beside the built module, or, for the sources, where the build puts it.
  const candidates = ['./rota-run.cjs', '../rota-run.cjs', '../../../dist/rota-run.cjs'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw missing(candidates);
  return found;
}

function missing(paths: readonly string[]): RotaError {
  return new RotaError('ROTA_RUNNER_MISSING', `The runner is not there; looked for ${paths.join(', ')}.`, {
    suggestions: ['In a checkout: npm run build', 'Otherwise install @rota/core again.'],
  });
}
