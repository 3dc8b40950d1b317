import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from './after-file.ts';

/** A new empty folder, mode 0700, removed when the test file ends. `owner` gives it to another user, such as a `UserSystemd`. */
export const temporaryFolder = ({ owner }: { readonly owner?: { readonly uid: number; readonly gid: number } } = {}): string => {
  // The real path: on macOS the temporary folder is behind a symbolic link, and tests compare paths.
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'rota-test-'));
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  afterFile(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
};
