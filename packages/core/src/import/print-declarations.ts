import type { JobManifest } from '../job/job-input.ts';
import type { ImportedEntry } from './declare-entries.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One YAML document for an imported job, with comments that say where it comes from and what was not carried over. Pure. */
export function printManifest(imported: ImportedEntry & { readonly manifest: JobManifest }): string {
  const comments = aboutEntry(imported).map((line) => `# ${line}\n`);
  return `${comments.join('')}${yamlLines(toJson(imported.manifest), '').join('\n')}\n`;
}

/** A whole `jobs.config.ts` with a `defineJob` for each imported job. Pure. */
export function printConfig(imported: readonly ImportedEntry[], tenant: string): string {
  const jobs = imported.flatMap((one) => {
    if (one.manifest === null) return [];
    const { name, annotations } = one.manifest.metadata;
    const job = toJson({ name, ...(annotations === undefined ? {} : { annotations }), ...one.manifest.spec });
    const comments = aboutEntry(one).map((line) => `    // ${line}`);
    return [[...comments, `    defineJob(${typescript(job, '    ')}),`].join('\n')];
  });
  const list = jobs.length === 0 ? '[]' : `[\n${jobs.join('\n')}\n  ]`;
  return `import { defineConfig, defineJob } from '@rota/core';\n\nexport default defineConfig({\n  tenant: ${quote(tenant)},\n  jobs: ${list},\n});\n`;
}

function aboutEntry({ entry }: ImportedEntry): readonly string[] {
  return [
    `Imported from ${entry.backend} ${entry.id}.`,
    ...(entry.notAdoptable === undefined ? [] : [`Not to be enabled before its original is gone. ${entry.notAdoptable}`]),
    ...(entry.notes ?? []).map((note) => `Note: ${note}`),
  ].map((line) =>
    line.replace(
      /[\u0000-\u001F\u007F-\u009F\u2028\u2029\uFEFF]+|[\uD800-\uDFFF](?<![\uD800-\uDBFF][\uDC00-\uDFFF])(?![\uDC00-\uDFFF])/g,
      ' ',
    ),
  );
}

/** What JSON can hold of a declaration; fields that are undefined are left out. */
function toJson(value: unknown): Json {
  const copy: Json = JSON.parse(JSON.stringify(value));
  return copy;
}

function yamlLines(value: Json, indent: string): readonly string[] {
  if (isList(value)) return value.flatMap((item) => withDash(yamlLines(item, `${indent}  `), indent));
  if (typeof value !== 'object' || value === null) return [`${indent}${yamlScalar(value)}`];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = /^[A-Za-z_][A-Za-z0-9_/-]*$/.test(key) && !yamlWord.test(key) ? key : yamlText(key);
    if (isEmpty(inner)) return [`${indent}${name}: ${isList(inner) ? '[]' : '{}'}`];
    if (typeof inner === 'object' && inner !== null) return [`${indent}${name}:`, ...yamlLines(inner, `${indent}  `)];
    return [`${indent}${name}: ${yamlScalar(inner)}`];
  });
}

function withDash([first = '', ...rest]: readonly string[], indent: string): readonly string[] {
  return [`${indent}- ${first.slice(indent.length + 2)}`, ...rest];
}

function yamlScalar(value: string | number | boolean | null): string {
  return typeof value === 'string' ? yamlText(value) : JSON.stringify(value);
}

/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const yamlWord = /^(y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** Plain where nobody can misread it, else in double quotes, which read JSON's escapes. */
function yamlText(text: string): string {
  if (/^[A-Za-z/][A-Za-z0-9_./@%+=-]*( [A-Za-z0-9_./@%+=-]+)*$/.test(text) && !yamlWord.test(text)) return text;
  return escapeUnprintable(JSON.stringify(text));
}

/** JSON leaves some characters as they are that YAML does not take, or that nobody sees. */
function escapeUnprintable(quoted: string): string {
  return quoted.replace(
    /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function typescript(value: Json, indent: string): string {
  const inner = `${indent}  `;
  if (isEmpty(value)) return isList(value) ? '[]' : '{}';
  if (isList(value)) {
    const items = value.map((item) => typescript(item, inner));
    const short = `[${items.join(', ')}]`;
    return short.length <= 90 && !short.includes('\n')
      ? short
      : `[\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}]`;
  }
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `${inner}${property(key)}: ${typescript(field, inner)},\n`);
  return `{\n${fields.join('')}${indent}}`;
}

/** `__proto__` as a plain key would set the prototype. */
function property(key: string): string {
  if (key === '__proto__') return `['__proto__']`;
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(key) ? key : quote(key);
}

function quote(text: string): string {
  const escaped = escapeUnprintable(JSON.stringify(text)).slice(1, -1);
  return text.includes("'") && !text.includes('"')
    ? `"${escaped}"`
    : `'${escaped.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
