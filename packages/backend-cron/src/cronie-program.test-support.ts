import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { oracleCache } from '../../../scripts/oracles/built-daemon.ts';

/** cronie's `crontab` as the oracle downloaded it, with its own loader and libraries. */
export function cronieProgram(): readonly string[] {
  const root = join(oracleCache, 'cronie');
  const folder = readdirSync(join(root, 'usr/lib')).find((name) => name.endsWith('-linux-gnu')) ?? '';
  const lib = join(root, 'usr/lib', folder);
  const loader = readdirSync(lib).find((name) => name.startsWith('ld-linux')) ?? '';
  return [join(lib, loader), '--library-path', lib, join(root, 'usr/bin/crontab')];
}
