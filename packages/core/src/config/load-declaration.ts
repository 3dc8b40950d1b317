import { isAbsolute, resolve } from 'node:path';
import { inReadingOrder } from '../errors/in-reading-order.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { buildDeclaration } from './build-declaration.ts';
import type { Declaration } from './declaration.ts';
import { declarationError } from './declaration-error.ts';
import type { DeclarationAttempt, LoadOptions } from './load-options.ts';
import { findConfig } from './source/find-config.ts';

/**
 * Reads a config or manifests, checks everything, and narrows the jobs to this host. Reads each file anew; changes nothing.
 *
 * @throws ROTA_DECLARATION_INVALID with every problem in `issues`; one bad manifest refuses the whole declaration.
 * @throws ROTA_CONFIG_NOT_FOUND when there is nothing to read.
 */
export async function loadDeclaration(host: Host, options: LoadOptions = {}): Promise<Declaration> {
  const { declaration, issues } = await attemptDeclaration(host, options);
  if (declaration === undefined) throw declarationError(issues);
  return declaration;
}

/** The same for who wants the problems as data. @throws ROTA_CONFIG_NOT_FOUND */
export async function attemptDeclaration(host: Host, options: LoadOptions = {}): Promise<DeclarationAttempt> {
  const cwd = resolve(options.cwd ?? process.cwd());
  const files = options.files ?? [];
  if (files.length > 0 && options.config !== undefined) {
    throw new RotaError(
      'ROTA_CONFIG_NOT_FOUND',
      'Name either a config or manifests: manifests are a complete declaration of their own.',
    );
  }
  const place = files.length > 0 ? { files, cwd } : { config: configPath(host, options.config, cwd) };
  const attempt = await buildDeclaration(host, place, options);
  return { ...attempt, issues: inReadingOrder(attempt.issues) };
}

function configPath(host: Host, named: string | undefined, cwd: string): string {
  if (named !== undefined) {
    const path = isAbsolute(named) ? named : resolve(cwd, named);
    const kind = host.files.facts(path)?.kind;
    if (kind === 'file') return path;
    if (kind === 'folder') {
      throw new RotaError('ROTA_CONFIG_NOT_FOUND', `${path} is a folder, not a config.`, {
        place: { file: path },
        suggestions: ['Give a folder of manifests as an argument, without --config.'],
      });
    }
    throw new RotaError('ROTA_CONFIG_NOT_FOUND', `The config ${path} does not exist.`, { place: { file: path } });
  }
  const found = findConfig(host.files, cwd);
  if (found !== undefined) return found;
  throw new RotaError('ROTA_CONFIG_NOT_FOUND', `There is no jobs.config.{ts,mts,js,mjs,json,yaml} in ${cwd} or above.`, {
    suggestions: ['rota init', 'Name a config with --config, or manifest files or folders as arguments.'],
  });
}
