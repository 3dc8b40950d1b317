import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Issue, SourcePlace } from '../../errors/issue.ts';
import type { Files } from '../../host/files.ts';
import { configNames } from './find-config.ts';
import { globMatcher, globRoot, isGlob } from './glob.ts';

/** Files of manifests, absolute and in order, each once; or why a source gives none. */
export interface FoundFiles {
  readonly paths: readonly string[];
  readonly issues: readonly Issue[];
}

const deepest = 64;
const most = 200_000;

/**
 * The manifest files that files, folders and globs name. A folder is read whole, `.yaml` and `.yml`; hidden entries, `node_modules` and
 * configs are skipped; a folder that links lead to is read once. A source that is missing, cannot be read or holds no manifest is an issue.
 */
export function manifestFiles(files: Files, sources: readonly string[], base: string, place?: SourcePlace): FoundFiles {
  const paths = new Set<string>();
  const issues: Issue[] = [];
  for (const source of sources) {
    try {
      const found =
        isGlob(source) && files.facts(resolve(base, source)) === undefined
          ? matching(files, source, base)
          : named(files, resolve(base, source), source);
      for (const path of found) paths.add(path);
    } catch (error) {
      const known = error instanceof SourceProblem;
      issues.push({
        code: known && error.empty ? 'ROTA_DECLARATION_EMPTY' : 'ROTA_SOURCE_UNREADABLE',
        severity: 'error',
        message: known ? error.message : `${source} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        ...(place ?? { file: resolve(base, source) }),
      });
    }
  }
  return { paths: [...paths], issues };
}

class SourceProblem extends Error {
  readonly empty: boolean;

  constructor(message: string, empty = false) {
    super(message);
    this.empty = empty;
  }
}

function named(files: Files, path: string, source: string): readonly string[] {
  const facts = files.facts(path);
  if (facts === undefined) throw new SourceProblem(`${source} does not exist.`);
  if (facts.kind === 'folder') return filled(walk(files, path), `The folder ${source} holds no .yaml or .yml file.`);
  if (facts.kind === 'other') throw new SourceProblem(`${source} is neither a file nor a folder.`);
  if (/\.[mc]?[jt]s$/.test(path) || configNames.includes(path.replaceAll('\\', '/').split('/').at(-1) ?? '')) {
    throw new SourceProblem(`${source} is a config, not a manifest. Name it with --config.`);
  }
  if (!/\.(ya?ml|json)$/.test(path)) throw new SourceProblem(`${source} is no manifest: expected a .yaml or .yml file.`);
  return [path];
}

function matching(files: Files, source: string, base: string): readonly string[] {
  const pattern = source.replaceAll('\\', '/').replace(/^\.\//, '');
  const root = globRoot(pattern);
  const folder = isAbsolute(pattern) ? root || '/' : resolve(base, root);
  if (files.facts(folder) === undefined)
    throw new SourceProblem(`${source} matches nothing: the folder ${folder} does not exist.`, true);
  const rest = root === '' ? pattern.replace(/^\//, '') : pattern.slice(root.length + 1);
  const matches = globMatcher(rest);
  const found = walk(files, folder, (relative) => matches(relative));
  return filled(found, `${source} matches no .yaml or .yml file.`);
}

function filled(paths: readonly string[], otherwise: string): readonly string[] {
  if (paths.length === 0) throw new SourceProblem(otherwise, true);
  return paths;
}

/** Manifest files below a folder, in the order of their names. */
function walk(files: Files, root: string, wanted: (relative: string) => boolean = () => true): readonly string[] {
  const found: string[] = [];
  const visited = new Set<string>();
  const enter = (folder: string, relative: string, depth: number): void => {
    const real = realPath(files, folder);
    if (visited.has(real)) return;
    visited.add(real);
    if (depth > deepest) throw new SourceProblem(`${folder} is more than ${deepest} folders deep.`);
    for (const name of files.list(real)) {
      if (name.startsWith('.') || name === 'node_modules' || configNames.includes(name)) continue;
      const path = join(real, name);
      const below = relative === '' ? name : `${relative}/${name}`;
      if (!/\.ya?ml$/.test(name)) {
        if (files.facts(path)?.kind === 'folder') enter(path, below, depth + 1);
      } else if (wanted(below)) {
        // Not asked what it is: whoever reads it will see, and asking costs as much as reading.
        found.push(path);
        if (found.length > most) throw new SourceProblem(`${root} holds more than ${most} manifests.`);
      }
    }
  };
  enter(root, '', 0);
  return found;
}

/** The path without links, so that links in a circle end. */
function realPath(files: Files, path: string): string {
  let at = path;
  for (let hops = 0; hops < 40; hops++) {
    const target = files.readLink(at);
    if (target === undefined) return at;
    at = isAbsolute(target) ? target : join(dirname(at), target);
  }
  throw new SourceProblem(`${path} is a link that leads in a circle.`);
}
