import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { basename, isAbsolute, join, posix, relative } from 'node:path';
import type { Declaration } from '../config/declaration.ts';
import { loadDeclaration } from '../config/load-declaration.ts';
import { reservedNamespaces } from '../config/reserved-namespaces.ts';
import { configNames } from '../config/source/find-config.ts';
import { defaultHostFile } from '../config/this-host/default-host-file.ts';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
import type { Files } from '../host/files.ts';
import type { Host } from '../host/host.ts';
import type { Fetched } from './fetch-revision.ts';
import type { SyncLayout } from './sync-layout.ts';
import type { SyncSource } from './sync-status.ts';
import { writeTree } from './write-tree.ts';

export interface LoadRevisionInput {
  readonly host: Host;
  readonly layout: SyncLayout;
  readonly fetched: Fetched;
  readonly source: SyncSource;
  readonly namespace: string;
  /** Absolute. @default `~/.config/rota/host.yaml`, if it exists */
  readonly hostFile?: string | undefined;
}

const treePrefix = 'tree-';

/**
 * What a revision declares for this host, read from a fresh folder that is gone afterwards. Data only, unless code is allowed: then its config runs here
 * with all rights of this user.
 *
 * @throws ROTA_SYNC_TREE, ROTA_SYNC_CODE, ROTA_SYNC_NAMESPACE, ROTA_CONFIG_NOT_FOUND, ROTA_DECLARATION_INVALID
 */
export async function loadRevision(input: LoadRevisionInput): Promise<Declaration> {
  const { host, layout, fetched, source, namespace } = input;
  if (reservedNamespaces.has(namespace)) {
    throw new RotaError('ROTA_SYNC_NAMESPACE', `The namespace \`${namespace}\` is Rota's own; no repository declares it.`);
  }
  host.files.makeFolder(layout.root, 0o700);
  // The caller holds the lock: what is there was left by a sync that was killed.
  for (const name of host.files.list(layout.root))
    if (name.startsWith(treePrefix)) rmSync(join(layout.root, name), { recursive: true, force: true });
  const tree = realpathSync(mkdtempSync(join(layout.root, treePrefix)));
  try {
    const paths = await writeTree(fetched.git, fetched.revision.id, tree, { code: source.allowCode });
    const place = placeOf(paths, source);
    const declaration = await loadDeclaration(
      { ...host, files: source.allowCode ? host.files : within(host.files, tree, input.hostFile ?? defaultHostFile(host)) },
      {
        ...('config' in place ? { config: join(tree, place.config) } : { files: [join(tree, place.files)] }),
        cwd: tree,
        command: 'sync',
        allowCode: source.allowCode,
        ...(input.hostFile === undefined ? {} : { hostFile: input.hostFile }),
      },
    );
    if (declaration.origins.namespace !== undefined && declaration.namespace !== namespace) {
      throw new RotaError(
        'ROTA_SYNC_NAMESPACE',
        `The repository declares the namespace \`${declaration.namespace}\`; this synchronises \`${namespace}\`.`,
        {
          suggestions: reservedNamespaces.has(declaration.namespace)
            ? []
            : [`If that is meant: --namespace ${declaration.namespace}`],
        },
      );
    }
    const { id } = fetched.revision;
    const prefix = `${source.repo}@${id.slice(0, 12)}:`;
    return { ...relocated(declaration, tree, prefix), namespace, source: source.repo };
  } catch (error) {
    throw isRotaError(error) ? relocatedError(error, tree) : error;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

type Place = { readonly config: string } | { readonly files: string };

/** A named path; else the config at the top; else the folder `jobs`. */
function placeOf(paths: readonly string[], { path, allowCode, repo }: SyncSource): Place {
  const named =
    path === undefined
      ? ''
      : posix
          .normalize(path.replaceAll('\\', '/'))
          .replace(/^\.?\/+|\/+$/g, '')
          .replace(/^\.$/, '');
  if (paths.includes(named)) {
    if (isCode(named) && !allowCode) throw codeRefused(named, repo);
    return configNames.includes(basename(named)) || isCode(named) ? { config: named } : { files: named };
  }
  const below = (name: string): string => (named === '' ? name : `${named}/${name}`);
  const configs = configNames.map(below).filter((name) => paths.includes(name));
  const config = configs.find((name) => allowCode || !isCode(name));
  if (config !== undefined) return { config };
  const [code] = configs;
  if (code !== undefined) throw codeRefused(code, repo);
  const folder = named === '' ? 'jobs' : named;
  if (paths.some((candidate) => candidate.startsWith(`${folder}/`))) return { files: folder };
  throw new RotaError(
    'ROTA_CONFIG_NOT_FOUND',
    named === ''
      ? `${repo} has neither a jobs.config at its top nor a folder \`jobs\`. What is installed stays.`
      : `${repo} has no \`${named}\`. What is installed stays.`,
    { suggestions: ['Say where its declaration stands: --path FOLDER or --path FILE.'] },
  );
}

function isCode(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

function codeRefused(name: string, repo: string): RotaError {
  return new RotaError(
    'ROTA_SYNC_CODE',
    `${name} of ${repo} is code: reading it would run it here, with your rights, at every sync. What is installed stays.`,
    {
      suggestions: [
        'If you trust everybody who can push there: --allow-code (better with --require-signed).',
        'Or declare the jobs as data: jobs.config.yaml, or manifests in a folder `jobs`.',
      ],
    },
  );
}

/** Declarations come from the tree and the host file alone; everything else of the machine (programs, zones) is looked at as ever. */
function within(files: Files, tree: string, hostFile: string): Files {
  const refuse = (path: string): void => {
    const away = relative(tree, path);
    const outside = away === '..' || away.startsWith('../') || isAbsolute(away);
    if (outside && path !== hostFile && /\.(ya?ml|json|[cm]?[jt]s)$/.test(path)) {
      throw new RotaError('ROTA_SYNC_TREE', `${path} is outside of the repository`);
    }
  };
  return {
    ...files,
    readText(path) {
      refuse(path);
      return files.readText(path);
    },
    readBytes(path) {
      refuse(path);
      return files.readBytes(path);
    },
  };
}

function relocated(declaration: Declaration, tree: string, prefix: string): Declaration {
  const place = <T extends { readonly source?: { readonly file: string } }>(item: T): T =>
    item.source === undefined ? item : { ...item, source: { ...item.source, file: prefix + relative(tree, item.source.file) } };
  return {
    ...declaration,
    jobs: declaration.jobs.map(place),
    excluded: declaration.excluded.map(place),
    all: declaration.all.map(place),
    warnings: declaration.warnings.map((issue) =>
      issue.file === undefined ? issue : { ...issue, file: relative(tree, issue.file) },
    ),
  };
}

/** The same error, with places as the repository names them. */
function relocatedError(error: RotaError, tree: string): RotaError {
  const text = (value: string): string => value.replaceAll(`${tree}/`, '').replaceAll(tree, 'the repository');
  const { file, line, column } = error;
  return new RotaError(error.code, text(error.message), {
    ...(file === undefined
      ? {}
      : { place: { file: text(file), ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) } }),
    suggestions: error.suggestions.map(text),
    issues: error.issues.map((issue) => ({
      ...issue,
      message: text(issue.message),
      ...(issue.file === undefined ? {} : { file: text(issue.file) }),
    })),
    cause: error,
  });
}
