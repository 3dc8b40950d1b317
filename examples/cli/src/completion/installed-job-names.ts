import { createHost, createRota, printJobKey } from '@rota/core';
import type { Io } from '../program/io.ts';

/** Names of the jobs that the latest generation installed: short where that is clear, else, and where a tenant was typed, with the tenant. */
export async function installedJobNames(words: readonly string[], io: Io): Promise<readonly string[]> {
  const after = (flag: string): string | undefined => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
  const stateDir = after('--state-dir');
  const env = { ...io.env, ...(stateDir === undefined ? {} : { ROTA_STATE_DIR: stateDir }) };
  const rota = createRota({ host: createHost({ env, ...io.host }), backends: [], namespace: after('--namespace') ?? 'default' });
  const whole = words.at(-1)?.includes('/') === true;
  const entries = (await rota.generations()).at(-1)?.entries ?? [];
  return entries
    .map((entry) => (whole || entries.filter(({ name }) => name === entry.name).length > 1 ? printJobKey(entry) : entry.name))
    .sort();
}
