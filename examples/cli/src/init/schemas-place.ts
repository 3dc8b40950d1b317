import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSchema } from '../schemas/json-schemas.ts';
import type { DeclarationFile } from './declaration-file.ts';

/** Where editors find the schemas of YAML files from a folder, and the files that have to be written for that. */
export interface SchemasPlace {
  readonly path: string;
  readonly files: readonly DeclarationFile[];
}

/** Those of the installed package where the folder has it; else copies, which belong into the repository with what they describe. */
export function schemasPlace(folder: string): SchemasPlace {
  const installed = 'node_modules/@rota/core/schemas';
  if (existsSync(join(folder, installed))) return { path: installed, files: [] };
  const path = '.rota';
  const files = ['config', 'job'].map((name) => ({
    name: `${path}/${name}.schema.json`,
    content: `${JSON.stringify(readSchema(name), null, 2)}\n`,
  }));
  return { path, files };
}
