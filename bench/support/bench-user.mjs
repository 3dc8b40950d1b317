// Runs a measurement as an ordinary user: as root, a user of its own with a user manager; as anybody else, the caller.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/user-systemd.sh', import.meta.url));
const user = 'rota-bench';
const ends = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** The rows that a script prints as JSON. Whoever ends this program ends the script first, which takes away what it has installed. */
export async function measureAsUser(measure, args = []) {
  const own = [process.execPath, measure, ...args];
  if (userInfo().uid !== 0) return await rowsOf(own);
  const { status, stderr, error } = spawnSync(script, ['start', user], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script} start ${user} failed: ${error?.message ?? stderr}`);
  return await rowsOf([script, 'run', user, ...own]);
}

async function rowsOf([program, ...args]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const pass = (signal) => child.kill(signal);
  for (const signal of ends) process.on(signal, pass);
  try {
    const [printed, [status, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${signal ?? status}`);
    return JSON.parse(printed);
  } finally {
    for (const signal of ends) process.off(signal, pass);
  }
}
