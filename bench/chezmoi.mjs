// What a sync of dotfiles with nothing to do costs, against the least that any sync has to do: `jj git fetch` and `chezmoi status`, one after the
// other. Runs on a booted test machine, which has both programs; the row is skipped where there is none.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { fileURLToPath } from 'node:url';

export const name = 'chezmoi';

const script = fileURLToPath(new URL('../scripts/testhost.sh', import.meta.url));
const machine = `bench-chezmoi-${process.pid}`;

const must = (...args) => {
  const { status, stdout, stderr } = spawnSync(script, args, { encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 300_000 });
  if (status !== 0) throw new Error(`testhost.sh ${args.join(' ')} failed: ${stderr}${stdout}`);
  return stdout;
};

export async function run() {
  const tree = process.env.ROTA_TESTHOST_BASE ?? '/var/cache/rota-testhost';
  if (process.platform !== 'linux' || userInfo().uid !== 0 || !existsSync(`${tree}/sbin/init`)) return [];
  must('boot', machine, '--owner', String(process.pid), '--replace');
  try {
    const printed = must('user', machine, 'tester', 'node', '/src/bench/chezmoi/measure.mjs');
    return JSON.parse(printed.slice(printed.indexOf('[')));
  } finally {
    must('down', machine);
  }
}
