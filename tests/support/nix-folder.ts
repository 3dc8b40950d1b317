import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from './after-file.ts';

/** nix with a store, a state and settings of its own. */
export interface NixFolder {
  readonly folder: string;
  /** For processes that start nix. */
  readonly env: Readonly<Record<string, string>>;
}

const settings = `experimental-features = nix-command flakes
sandbox = false
build-users-group =
substituters =
flake-registry =
`;

/** A nix in one folder: it needs no `/nix`, no root, no daemon and no network, and is removed when the test file ends. */
export const nixFolder = (): NixFolder => {
  // In memory where there is such a folder: nix syncs its database often.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-nix-'));
  afterFile(() => {
    // Folders of a store are read-only.
    execFileSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (name: string): string => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  const env = {
    NIX_STORE_DIR: at('store'),
    NIX_STATE_DIR: at('state'),
    NIX_LOG_DIR: at('log'),
    NIX_DATA_DIR: at('data'),
    NIX_CONF_DIR: at('conf'),
    HOME: at('home'),
    XDG_CACHE_HOME: at('cache'),
  };
  writeFileSync(join(env.NIX_CONF_DIR, 'nix.conf'), settings);
  // Two that open a new store at once make the same links, and one of them fails.
  execFileSync('nix-store', ['--init'], { env: { ...process.env, ...env } });
  return { folder, env };
};
