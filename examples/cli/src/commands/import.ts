import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type Backend,
  declareEntries,
  type ForeignEntry,
  type ImportedEntry,
  isRotaError,
  printConfig,
  printManifest,
  RotaError,
  readInventory,
} from '@rota/core';
import type { DeclarationFile } from '../init/declaration-file.ts';
import { loadBackends } from '../open/load-backends.ts';
import { importJson } from '../output/import-json.ts';
import { printImported, printInventory } from '../output/import-text.ts';
import { waiting } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota import`: what starts by itself here and is not Rota's, as declarations; with --list only what there is. */
export async function run(context: CommandContext): Promise<number> {
  const { options, io } = context;
  const backends = await loadBackends();
  const only = options.backend?.split(',');
  checkSources(only, [...backends.map(({ name }) => name), 'at', 'autostart']);
  const host = context.host();
  const { entries, findings } =
    options.file === undefined
      ? await waiting(io, 'Looking for jobs that run here', () => readInventory(host, backends, only))
      : { entries: readExports(options.file, backends, context), findings: [] };
  const tenant = options.tenant ?? tenantOf(host.user.name);
  const imported = await declareEntries(entries, { tenant, all: options.all ?? false });
  const format = options.format ?? 'yaml';
  const files = options.list ? [] : filesOf(imported, format, tenant);
  const written = options.out === undefined ? [] : write(resolve(io.cwd, options.out), files, options.force ?? false);

  if (context.json) {
    context.printJson({
      formatVersion: 1,
      tenant,
      entries: imported.map(importJson),
      findings,
      files: options.out === undefined ? files : written,
    });
    return 0;
  }
  for (const { message, remedy } of findings) context.say(`! ${message}${remedy === undefined ? '' : `\n  ${remedy}`}`);
  if (options.list) printInventory(context, imported);
  else printImported(context, imported, files, written);
  return 0;
}

/** @throws ROTA_USAGE for a file that is not there, or that is no export */
function readExports(
  files: readonly string[],
  backends: readonly Backend[],
  { io, options, host }: CommandContext,
): readonly ForeignEntry[] {
  const here = host();
  const there = options.systemTimezone === undefined ? here : { ...here, timezone: options.systemTimezone };
  return files.flatMap((file) => {
    const bytes = here.files.readBytes(resolve(io.cwd, file));
    if (bytes === undefined) throw new RotaError('ROTA_USAGE', `${file} is not there.`);
    return backends.flatMap((backend) => {
      try {
        return backend.readExport?.(there, { file, bytes }) ?? [];
      } catch (error) {
        if (!isRotaError(error)) throw error;
        throw new RotaError('ROTA_USAGE', `${file} cannot be imported. ${error.message}`, {
          cause: error,
          suggestions: error.suggestions,
        });
      }
    });
  });
}

function filesOf(imported: readonly ImportedEntry[], format: string, tenant: string): readonly DeclarationFile[] {
  if (imported.every(({ manifest }) => manifest === null)) return [];
  if (format === 'ts') return [{ name: 'jobs.config.ts', content: printConfig(imported, tenant) }];
  return imported.flatMap(({ manifest, ...rest }) =>
    manifest === null ? [] : [{ name: `${manifest.metadata.name}.yaml`, content: printManifest({ ...rest, manifest }) }],
  );
}

/** @throws ROTA_USAGE when one of the files exists; then none is written. */
function write(folder: string, files: readonly DeclarationFile[], force: boolean): readonly DeclarationFile[] {
  const taken = files.filter(({ name }) => existsSync(join(folder, name)));
  if (taken.length > 0 && !force) {
    throw new RotaError(
      'ROTA_USAGE',
      `${taken.map(({ name }) => name).join(', ')} exists already in ${folder}. Nothing was written.`,
      {
        suggestions: ['Choose another folder (--out DIR), or overwrite with --force.'],
      },
    );
  }
  mkdirSync(folder, { recursive: true });
  // Commands of other people's jobs may hold passwords.
  for (const { name, content } of files) writeFileSync(join(folder, name), content, { mode: 0o600 });
  return files.map(({ name, content }) => ({ name: join(folder, name), content }));
}

function checkSources(asked: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = asked?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new RotaError('ROTA_USAGE', `There is nothing to import from \`${unknown}\`.`, {
    suggestions: [`Known: ${known.join(', ')}.`],
  });
}

function tenantOf(user: string): string {
  const made = user
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  return made || 'home';
}
