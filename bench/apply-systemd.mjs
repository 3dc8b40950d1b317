// What applying 1,000 timers costs, against the least that must be done to have them: the same files written, one daemon-reload, one
// enable --now of all and one show of all, by the same manager in the same run.
import { fileURLToPath } from 'node:url';
import { measureAsUser } from './support/bench-user.mjs';

export const name = 'apply-systemd';

export async function run() {
  if (process.platform !== 'linux') return [];
  return measureAsUser(fileURLToPath(new URL('apply-systemd/measure.mjs', import.meta.url)));
}
