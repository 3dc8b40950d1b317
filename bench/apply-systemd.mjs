// What applying 1,000 timers costs, against the least that must be done to have them: the same files written, one daemon-reload, one
// enable --now of all and one show of all, by the same manager in the same run.
import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';

export const name = 'apply-systemd';

const script = fileURLToPath(new URL('../scripts/user-systemd.sh', import.meta.url));
const measure = fileURLToPath(new URL('apply-systemd/measure.mjs', import.meta.url));
const user = 'rota-bench';

const must = (program, args) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
};

/** As root on a manager of a user of its own; as anybody else on the caller's. */
export async function run() {
  if (process.platform !== 'linux') return [];
  if (userInfo().uid !== 0) return JSON.parse(must(process.execPath, [measure]));
  must(script, ['start', user]);
  return JSON.parse(must(script, ['run', user, process.execPath, measure]));
}
