import type { Host } from '../../host/host.ts';
import { runnerBundlePath } from './install-launcher.ts';

/** Text of the runner's bundle, one CommonJS file. @throws ROTA_RUNNER_MISSING when it is not built */
export async function readRunner({ files }: Pick<Host, 'files'>): Promise<string> {
  return files.readText(runnerBundlePath()) ?? '';
}
