import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// Committed files of @rota/core, found the way Node finds the package.
const folder = (): string => join(dirname(createRequire(import.meta.url).resolve('@rota/core/package.json')), 'schemas');
const suffix = '.schema.json';

/** The names that `rota schema` knows, sorted. */
export function schemaNames(): readonly string[] {
  return readdirSync(folder())
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length))
    .sort();
}

export function readSchema(name: string): object {
  const schema: unknown = JSON.parse(readFileSync(join(folder(), `${name}${suffix}`), 'utf8'));
  return typeof schema === 'object' && schema !== null ? schema : {};
}
