import { existsSync, mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, rota } from './command.mjs';

/**
 * Where the quickstart works: its own namespace, and a state folder of its own beside the real one. It remembers which folders it had to make,
 * and takes those away again.
 */
export function workplace() {
  const home = process.env.HOME || homedir();
  const base =
    process.platform === 'win32'
      ? process.env.LOCALAPPDATA || join(home, 'AppData', 'Local')
      : process.env.XDG_STATE_HOME || join(home, '.local', 'state');
  const place = {
    stateDir: join(base, 'rota-quickstart'),
    config: join(root, 'examples/quickstart/jobs.config.ts'),
  };
  // Folders that a backend or a scheduler makes on first use.
  const config = process.env.XDG_CONFIG_HOME || join(home, '.config');
  const data = process.env.XDG_DATA_HOME || join(home, '.local', 'share');
  const mayAppear = [
    join(config, 'systemd', 'user', 'timers.target.wants'),
    join(config, 'systemd', 'user'),
    join(config, 'systemd'),
    config,
    join(data, 'systemd', 'timers'),
    join(data, 'systemd'),
    data,
    base,
    dirname(base),
  ];
  const missingBefore = mayAppear.filter((folder) => !existsSync(folder));
  let child;
  let created = false;

  return {
    ...place,
    create() {
      created = true;
      mkdirSync(place.stateDir, { recursive: true, mode: 0o700 });
    },
    /** The process that runs the jobs where there is no scheduler; ended by `remove`. */
    keep(process_) {
      child = process_;
    },
    /** Takes everything away. Answers '' or a sentence on what is left. */
    async remove() {
      await endChild(child);
      if (!created) return '';
      try {
        if (existsSync(join(place.stateDir, 'namespaces'))) await rota(place, ['destroy', '--yes', '--json']);
      } catch (error) {
        return `Not everything could be removed (${error.message}). Try: npx --no-install rota destroy --namespace quickstart --state-dir ${place.stateDir}`;
      }
      rmSync(place.stateDir, { recursive: true, force: true });
      for (const folder of missingBefore) removeEmpty(folder);
      return '';
    },
  };
}

function removeEmpty(folder) {
  try {
    rmdirSync(folder);
  } catch {
    // It is not there, or somebody put something into it.
  }
}

async function endChild(child) {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
