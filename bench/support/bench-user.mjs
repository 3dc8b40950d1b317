// Runs a measurement as an ordinary user: as root, a user of its own with a user manager; as anybody else, the caller.
import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/user-systemd.sh', import.meta.url));
const user = 'rota-bench';

const must = (program, args) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
};

/** The rows that a script prints as JSON. */
export function measureAsUser(measure, args = []) {
  if (userInfo().uid !== 0) return JSON.parse(must(process.execPath, [measure, ...args]));
  must(script, ['start', user]);
  return JSON.parse(must(script, ['run', user, process.execPath, measure, ...args]));
}
