// One change among thousands of installed jobs, on a real user manager and in a real crontab: what of the machine is another file afterwards (inode, size,
// times and content of every file of the scheduler and of the state are compared), and how long a plan takes that finds nothing to do, against
// reading the same files and asking the same program, which no plan can do without.
import { fileURLToPath } from 'node:url';
import { measureAsUser } from './support/bench-user.mjs';

export const name = 'apply-many';

export async function run() {
  if (process.platform !== 'linux') return [];
  const measure = fileURLToPath(new URL('apply-many/measure.mjs', import.meta.url));
  return [...(await measureAsUser(measure, ['systemd'])), ...(await measureAsUser(measure, ['cron']))];
}
