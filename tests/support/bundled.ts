import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from './repository-root.ts';

const packages = join(repositoryRoot, 'packages');
/** Inside the checkout, so that what is left out of a bundle is found from there. */
const kept = join(repositoryRoot, 'node_modules/.cache/rota-tests');
const keptMs = 24 * 3_600_000;

/** What modules with dependencies of the older kind look for. */
const banner = "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/**
 * The path of one file of plain JavaScript, dependencies included, from the sources as they are: for a process of its own, which then
 * starts as fast as what users have. The same sources are bundled once, for all files and runs of the tests.
 */
export async function bundled(entry: string, format: 'esm' | 'cjs' = 'esm'): Promise<string> {
  const name = `${entry.replaceAll(/[^a-z-]+/g, '-')}-${digest()}`;
  const path = join(kept, `${name}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  if (existsSync(path)) return path;
  // Loaded here: most tests bundle nothing.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(repositoryRoot, entry)],
    bundle: true,
    write: false,
    format,
    // CommonJS is for the runner, which ships like this.
    minify: format === 'cjs',
    platform: 'node',
    target: 'node20',
    external: ['jiti'],
    alias: Object.fromEntries(readdirSync(packages).map((folder) => [`@rota/${folder}`, join(packages, folder, 'src/index.ts')])),
    logLevel: 'error',
    ...(format === 'esm' ? { banner: { js: banner } } : {}),
  });
  mkdirSync(kept, { recursive: true });
  removeOld();
  // Another process may bundle the same at this moment, and a third one read it.
  const own = `${path}.${randomUUID()}`;
  writeFileSync(own, outputFiles[0]?.contents ?? '');
  renameSync(own, path);
  return path;
}

let known: string | undefined;

/** Of all that can be part of a bundle, and of how it is made. */
function digest(): string {
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  const folders = [
    ...readdirSync(packages).map((folder) => join(packages, folder, 'src')),
    join(repositoryRoot, 'examples/cli/src'),
  ];
  const sources = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && !file.name.endsWith('.test.ts'))
      .map((file) => join(file.parentPath ?? file.path, file.name)),
  );
  for (const path of [...sources.sort(), join(repositoryRoot, 'package-lock.json'), fileURLToPath(import.meta.url)])
    hash.update(`${relative(repositoryRoot, path)}\0`).update(readFileSync(path));
  known = hash.digest('hex').slice(0, 16);
  return known;
}

function removeOld(): void {
  for (const name of readdirSync(kept)) {
    const path = join(kept, name);
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > keptMs) rmSync(path, { force: true });
  }
}
