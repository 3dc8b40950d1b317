import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import { type Git, gitOutput } from '../host/git.ts';

export interface WriteTreeOptions {
  /** Everything, not only what can be read as data. */
  readonly code: boolean;
  /** Of all files together. @default 64 MiB */
  readonly maxBytes?: number;
}

interface TreeEntry {
  readonly mode: string;
  readonly id: string;
  readonly size: number;
  readonly path: string;
}

const data = /\.(ya?ml|json)$/;

/**
 * Writes the files of a revision into an empty folder, by their content alone: no checkout, so that no filter, attribute or hook of the repository
 * can run or change anything. Links are made only where they stay within the tree. Submodules are left out.
 *
 * @returns the paths that the revision has, also those that were not written
 * @throws ROTA_SYNC_TREE; ROTA_COMMAND_FAILED where the copy is damaged
 */
export async function writeTree(
  git: Git,
  revision: string,
  folder: string,
  options: WriteTreeOptions,
): Promise<readonly string[]> {
  const listing = gitOutput(
    await git(['ls-tree', '-r', '-z', '-l', '--full-tree', revision], { encoding: 'latin1' }),
    'list the files of the revision',
  );
  const entries = listing
    .split('\0')
    .filter((line) => line !== '')
    .map(parseEntry);
  for (const { path } of entries) checkPath(path);
  const wanted = entries.filter(
    ({ mode, path }) => mode === '120000' || (mode.startsWith('100') && (options.code || data.test(path))),
  );
  const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
  const most = options.maxBytes ?? 64 * 1024 * 1024;
  if (bytes > most) {
    throw refused(
      `Its files have ${Math.ceil(bytes / 1024 / 1024)} MiB together; at most ${Math.floor(most / 1024 / 1024)} are read.`,
    );
  }
  const contents = await readBlobs(git, wanted);
  for (const [index, entry] of wanted.entries()) {
    const content = contents[index] ?? Buffer.alloc(0);
    const path = join(folder, entry.path);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (entry.mode === '120000') symlinkSync(linkTarget(entry.path, content.toString('utf8')), path);
    else writeFileSync(path, content, { mode: entry.mode === '100755' ? 0o700 : 0o600, flag: 'wx' });
  }
  return entries.map(({ path }) => path);
}

/** `MODE TYPE ID SIZE<TAB>PATH`, git-ls-tree(1); bytes as latin1 characters. */
function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t');
  const [mode = '', , id = '', size = '0'] = line.slice(0, tab).split(/ +/);
  const path = Buffer.from(line.slice(tab + 1), 'latin1').toString('utf8');
  return { mode, id, size: Number(size) || 0, path };
}

async function readBlobs(git: Git, entries: readonly TreeEntry[]): Promise<readonly Buffer[]> {
  if (entries.length === 0) return [];
  const input = `${entries.map(({ id }) => id).join('\n')}\n`;
  const output = Buffer.from(
    gitOutput(
      await git(['cat-file', '--batch'], { input, encoding: 'latin1', timeoutMs: 120_000 }),
      'read the files of the revision',
    ),
    'latin1',
  );
  const contents: Buffer[] = [];
  let at = 0;
  for (const { id, path } of entries) {
    // `ID blob SIZE<LF>CONTENT<LF>`, git-cat-file(1)
    const end = output.indexOf(0x0a, at);
    const found = /^([0-9a-f]+) blob (\d+)$/.exec(output.subarray(at, end).toString('latin1'));
    if (end === -1 || found?.[1] !== id)
      throw new RotaError('ROTA_COMMAND_FAILED', `git could not read ${path}: the copy of the repository lacks it.`);
    const size = Number(found[2]);
    contents.push(output.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return contents;
}

function checkPath(path: string): void {
  const parts = path.split('/');
  const bad = parts.some((part) => part === '' || part === '.' || part === '..' || /^\.git$/i.test(part) || part.includes('\0'));
  if (bad || path.includes('\\'))
    throw refused(`It has a file with the name ${JSON.stringify(path)}, which is not written here.`);
}

/**
 * Climbs only at its beginning, and not out of the tree: what follows are names, so that no detour through another link leads out either.
 */
function linkTarget(path: string, target: string): string {
  const normal = posix.normalize(target);
  const resolved = posix.join(posix.dirname(path), normal);
  const parts = target.split('/').filter((part) => part !== '.' && part !== '');
  const climbsLater = parts.slice(parts.findIndex((part) => part !== '..')).includes('..');
  const inside = !posix.isAbsolute(target) && resolved !== '..' && !resolved.startsWith('../') && !target.includes('\\');
  if (inside && target !== '' && (!climbsLater || parts.every((part) => part === '..'))) return normal;
  throw refused(`${path} is a link to ${JSON.stringify(target)}, which leads out of the repository.`);
}

function refused(message: string): RotaError {
  return new RotaError('ROTA_SYNC_TREE', `The revision is not taken. ${message} What is installed stays.`);
}
