import { dirname, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RotaError } from '../../errors/rota-error.ts';
import { errorPlace } from './error-place.ts';

let loads = 0;

/** The default export of a config module, and which loader read it. */
export interface ImportedConfig {
  readonly value: unknown;
  readonly loader: 'node' | 'jiti';
}

/** What Node says of a module that jiti can still read: TypeScript with enums, imports without extension, no `@rota/core` nearby. */
const readableByJiti: ReadonlySet<unknown> = new Set([
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
]);

/**
 * Runs a config module and answers its default export. Each call runs the file anew.
 *
 * @throws ROTA_CONFIG_FAILED with line and column when it throws, cannot be read as JavaScript or TypeScript, or has no default export.
 */
export async function importConfig(path: string): Promise<ImportedConfig> {
  const typescript = /^\.[mc]?ts$/.test(extname(path));
  if (!typescript || nodeReadsTypescript()) {
    try {
      loads += 1;
      const module: unknown = await import(/* @vite-ignore */ `${pathToFileURL(path).href}?rota=${loads}`);
      return { value: defaultOf(module, path, 'node'), loader: 'node' };
    } catch (error) {
      if (error instanceof RotaError) throw error;
      if (!worthJiti(error, path)) throw failure(error, path, 'node');
      const jiti = await loadJiti();
      if (jiti === undefined) throw failure(error, path, 'node');
      return importWithJiti(jiti, path);
    }
  }
  const jiti = await loadJiti();
  if (jiti === undefined) {
    throw new RotaError(
      'ROTA_CONFIG_FAILED',
      `Node ${process.versions.node} cannot read TypeScript, and jiti, which can, is not installed.`,
      {
        place: { file: path },
        suggestions: ['npm install jiti', 'Use Node 22.18 or later.', 'Write the config as jobs.config.mjs.'],
      },
    );
  }
  return importWithJiti(jiti, path);
}

/** Node gives many a syntax error no place, or no column; jiti names both, and runs nothing of a file that it cannot parse. */
function worthJiti(error: unknown, path: string): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && readableByJiti.has(error.code)) return true;
  return error.name === 'SyntaxError' && !error.message.includes('export named') && errorPlace(error, path).column === undefined;
}

function nodeReadsTypescript(): boolean {
  return 'typescript' in process.features && Boolean(process.features.typescript);
}

type Jiti = typeof import('jiti');

async function loadJiti(): Promise<Jiti | undefined> {
  try {
    return await import('jiti');
  } catch {
    return undefined;
  }
}

async function importWithJiti({ createJiti }: Jiti, path: string): Promise<ImportedConfig> {
  // This package by its own name, so that a config anywhere on the machine imports the copy that is running.
  const modules: Record<string, unknown> = await packageHere('@rota/core');
  for (;;) {
    try {
      const jiti = createJiti(pathToFileURL(`${dirname(path)}/`).href, {
        moduleCache: false,
        fsCache: false,
        interopDefault: false,
        virtualModules: modules,
      });
      return { value: defaultOf(await jiti.import(path), path, 'jiti'), loader: 'jiti' };
    } catch (error) {
      if (error instanceof RotaError) throw error;
      // So with the plugins that stand beside this package. Imports come first: nothing of the config has run yet.
      const missing = /Cannot find module '(@rota\/[a-z-]+)'/.exec(error instanceof Error ? error.message : '')?.[1];
      const found = missing === undefined || missing in modules ? {} : await packageHere(missing);
      if (Object.keys(found).length === 0) throw failure(error, path, 'jiti');
      Object.assign(modules, found);
    }
  }
}

/** A package as it is found from here, by its name. Bundled into a program there is none; then the config's own folder has to have it. */
async function packageHere(name: string): Promise<Record<string, unknown>> {
  try {
    return { [name]: await import(/* @vite-ignore */ name) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return {};
    throw error;
  }
}

function defaultOf(module: unknown, path: string, loader: string): unknown {
  if (typeof module === 'object' && module !== null && 'default' in module && module.default !== undefined) return module.default;
  throw new RotaError('ROTA_CONFIG_FAILED', `The config has no default export (loaded by ${loader}).`, {
    place: { file: path, line: 1, column: 1 },
    suggestions: ['export default defineConfig({ ... })'],
  });
}

function failure(error: unknown, path: string, loader: string): RotaError {
  const words = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]?.trim()}` : `it threw ${String(error)}`;
  return new RotaError(
    'ROTA_CONFIG_FAILED',
    `The config could not be loaded by ${loader}: ${words.replace('Error: ParseError', 'SyntaxError')}`,
    {
      place: errorPlace(error, path),
      cause: error,
    },
  );
}
