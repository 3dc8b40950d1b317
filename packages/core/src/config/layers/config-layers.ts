import { dirname, extname, resolve } from 'node:path';
import { type InferOutput, safeParse } from 'valibot';
import type { Issue } from '../../errors/issue.ts';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import type { FieldPath } from '../../job/problem.ts';
import type { Yaml } from '../../job/read/read-yaml.ts';
import { schemaProblems, valueWords } from '../../job/read/schema-problems.ts';
import type { HostIdentity } from '../declaration.ts';
import { errorPlace } from '../source/error-place.ts';
import { importConfig } from '../source/import-config.ts';
import { locateInModule, readSingleDocument, type SourceValue } from '../source/read-source.ts';
import { configSchema } from './config-schema.ts';
import type { ConfigEnvironment } from './define-config.ts';

export type ValidConfig = InferOutput<typeof configSchema>;

/** One config file of a stack. */
export interface ConfigLayer {
  readonly file: string;
  readonly dir: string;
  readonly config: ValidConfig;
  readonly locate: SourceValue['locate'];
}

/** The layers, the most basic first, the config itself last. */
export interface ConfigLayers {
  readonly layers: readonly ConfigLayer[];
  readonly issues: readonly Issue[];
}

interface Reading {
  readonly yaml: Yaml;
  readonly host: Host;
  readonly identity: HostIdentity;
  readonly environment: ConfigEnvironment;
  /** Whether configs that are code may be run. */
  readonly allowCode: boolean;
}

const most = 16;

/** Reads a config and everything that it extends, depth first. */
export async function readConfigLayers(file: string, reading: Reading, above: readonly string[] = []): Promise<ConfigLayers> {
  const { source, issues: readIssues } = await readConfigSource(file, reading);
  if (source === undefined) return { layers: [], issues: readIssues };
  const parsed = safeParse(configSchema, source.value);
  if (!parsed.success)
    return {
      layers: [],
      issues: [...readIssues, ...schemaProblems(configSchema, parsed.issues).map((problem) => source.locate(problem))],
    };
  const config = parsed.output;
  const layers: ConfigLayer[] = [];
  const issues: Issue[] = [...readIssues];
  const refuse = (path: FieldPath, message: string): void =>
    void issues.push(source.locate({ code: 'ROTA_SOURCE_UNREADABLE', severity: 'error', path, message }));
  const stack = [...above, file];
  const entries = config.extends === undefined ? [] : [config.extends].flat();
  for (const [index, entry] of entries.entries()) {
    const path: FieldPath = Array.isArray(config.extends) ? ['extends', index] : ['extends'];
    const { file: pattern, optional = false } = typeof entry === 'string' ? { file: entry } : entry;
    if (pattern.includes('{role}') && reading.identity.role === undefined) {
      if (!optional)
        refuse(
          path,
          `\`extends\` asks for the role of this host, and the host file names none. Set \`role\` there, or write {file: ${pattern}, optional: true}.`,
        );
      continue;
    }
    const name = pattern.replaceAll('{role}', reading.identity.role ?? '').replaceAll('{hostname}', reading.identity.hostname);
    const target = resolve(dirname(file), name);
    if (stack.includes(target))
      refuse(path, `These configs extend each other: ${[...stack.slice(stack.indexOf(target)), target].join(' -> ')}.`);
    else if (stack.length >= most) refuse(path, `More than ${most} configs extend each other.`);
    else if (reading.host.files.facts(target)?.kind === 'file') {
      const below = await readConfigLayers(target, reading, stack);
      layers.push(...below.layers.filter((layer) => !layers.some((known) => known.file === layer.file)));
      issues.push(...below.issues);
    } else if (!optional) refuse(path, `The config ${target}, which this one extends, does not exist.`);
  }
  return { layers: [...layers, { file, dir: dirname(file), config, locate: source.locate }], issues };
}

async function readConfigSource(
  file: string,
  reading: Reading,
): Promise<{ readonly source?: SourceValue; readonly issues: readonly Issue[] }> {
  if (/^\.(json|ya?ml)$/.test(extname(file))) return readSingleDocument(reading.yaml, reading.host.files, file);
  if (!reading.allowCode) {
    const message = 'This config is code, and code is not run here.';
    return { issues: [{ code: 'ROTA_SYNC_CODE', severity: 'error', message, file }] };
  }
  try {
    const { value } = await importConfig(file);
    return { source: await evaluate(value, file, reading.environment), issues: [] };
  } catch (error) {
    if (!isRotaError(error)) throw error;
    const { code, message, line, column, suggestions } = error;
    const suggestion = suggestions[0];
    return {
      issues: [
        {
          code,
          severity: 'error',
          message,
          file,
          ...(line === undefined ? {} : { line }),
          ...(column === undefined ? {} : { column }),
          ...(suggestion === undefined ? {} : { suggestion }),
        },
      ],
    };
  }
}

/** Calls a config function, waits for a promise; what comes must be an object. */
async function evaluate(exported: unknown, file: string, environment: ConfigEnvironment): Promise<SourceValue> {
  let value: unknown;
  try {
    value = await (typeof exported === 'function' ? exported(environment) : exported);
  } catch (error) {
    const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new RotaError('ROTA_CONFIG_FAILED', `The config threw ${words}`, { place: errorPlace(error, file), cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RotaError(
      'ROTA_CONFIG_FAILED',
      `The default export of a config is an object, a promise of one or a function that returns one, not ${valueWords(value)}.`,
      {
        place: { file },
        suggestions: ['export default defineConfig({ ... })'],
      },
    );
  }
  return { file, value, locate: locateInModule({ file }) };
}
