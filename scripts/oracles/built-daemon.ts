import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

/** The long run, which builds and downloads what it needs: `npm run test:oracles`. */
export const oraclesAsked = process.env.ROTA_ORACLES === '1';

/** Where the oracles keep what they have built or downloaded. */
export const oracleCache =
  process.env.ROTA_ORACLE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'rota-oracles');

/**
 * A `describe` for tests of a daemon that is no package of this Debian. The ordinary run uses it only where a long run has left it; elsewhere the tests
 * are skipped under a name that says so.
 */
export function describeWithDaemon(file: 'cronie' | 'busybox-crond'): (title: string, body: () => void) => void {
  if (oraclesAsked || existsSync(join(oracleCache, file))) return (title, body) => void describe(title, body);
  return (title, body) => void describe.skip(`${title} [needs ${file}: npm run test:oracles]`, body);
}
