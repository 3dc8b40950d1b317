import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configNames, declareEntries, type ImportedEntry, RotaError, readInventory } from '@rota/core';
import { askChoices } from '../init/ask-choices.ts';
import { firstFiles } from '../init/first-files.ts';
import { schemasPlace } from '../init/schemas-place.ts';
import { loadBackends } from '../open/load-backends.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota init`: a first declaration in this folder, from nothing or from what runs on this machine. */
export async function run(context: CommandContext): Promise<number> {
  const { options, io } = context;
  const present = configNames.find((name) => existsSync(join(io.cwd, name)));
  // Before anything is asked: the answers would be for nothing.
  if (present !== undefined && options.format === undefined && !options.force)
    throw /\.(ts|yaml)$/.test(present) ? exists(present, io.cwd) : isSecond(present, io.cwd);
  const here = readOnce(context);
  const choices = await askChoices(context, { importable: async () => (await here('home')).filter(isImportable).length });
  const imported = choices.fromImport ? await here(choices.tenant) : [];
  const schemas = schemasPlace(io.cwd);
  const files = [
    ...firstFiles({ ...choices, imported, schemas: schemas.path }),
    ...(choices.format === 'yaml' ? schemas.files : []),
  ];
  const taken = files.filter(({ name }) => existsSync(join(io.cwd, name)));
  if (taken.length > 0 && !options.force) {
    throw exists(taken.map(({ name }) => name).join(' and '), io.cwd);
  }
  // Of two configs in a folder one is read, and nobody would know which.
  const other = configNames.find((name) => existsSync(join(io.cwd, name)) && !files.some((file) => file.name === name));
  if (other !== undefined) throw isSecond(other, io.cwd);
  const jobs = imported.filter(isImportable).length;
  for (const { name, content } of files) {
    mkdirSync(dirname(join(io.cwd, name)), { recursive: true });
    // Commands of other people's jobs may hold passwords.
    writeFileSync(join(io.cwd, name), content, { mode: jobs > 0 ? 0o600 : 0o666 });
  }
  if (context.json) {
    context.printJson({ formatVersion: 1, files: files.map(({ name }) => join(io.cwd, name)), imported: jobs });
    return 0;
  }
  for (const { name } of files) context.print(`wrote ${name}`);
  if (choices.fromImport && jobs === 0) context.say('Nothing that runs here can be imported; `rota import --list` says why.');
  context.say(
    jobs > 0
      ? 'Next: look at it, then `rota plan --adopt` shows how the jobs take the place of what runs now.'
      : 'Next: edit it, then `rota validate`, `rota plan` and `rota apply`.',
  );
  return 0;
}

function exists(what: string, folder: string): RotaError {
  return new RotaError('ROTA_USAGE', `${what} exists already in ${folder}.`, {
    suggestions: ['Repeat with --force to overwrite it, or run `rota plan`.'],
  });
}

function isSecond(other: string, folder: string): RotaError {
  return new RotaError('ROTA_USAGE', `${other} exists already in ${folder}, and only one config is read.`, {
    suggestions: ['Add jobs to it, or remove it and repeat the command.'],
  });
}

/** What runs here by itself and is not Rota's, read at most once. */
function readOnce(context: CommandContext): (tenant: string) => Promise<readonly ImportedEntry[]> {
  let inventory: ReturnType<typeof readInventory> | undefined;
  return async (tenant) => {
    const wait = progress(context.io, 'Looking for jobs that run here');
    try {
      inventory ??= readInventory(context.host(), await loadBackends());
      const { entries, findings } = await inventory;
      // Who only starts here need not hear of schedulers that this machine does not have.
      if (context.options.import) for (const { message } of findings) context.say(`! ${message}`);
      return await declareEntries(entries, { tenant, all: false });
    } finally {
      wait.end();
    }
  };
}

function isImportable({ manifest }: ImportedEntry): boolean {
  return manifest !== null;
}
