import { type BaseIssue, type GenericSchema, safeParse } from 'valibot';
import { nearest } from '../../errors/nearest.ts';
import { nameSuggestion } from '../names.ts';
import { type FieldPath, type Problem, printPath } from '../problem.ts';

/** Names that people bring from other tools, too far from ours for an edit distance. */
const otherNames: Readonly<Record<string, string>> = {
  cron: 'schedule',
  cmd: 'command',
  run: 'command',
  exec: 'command',
  cwd: 'workingDir',
  workdir: 'workingDir',
  workingdirectory: 'workingDir',
  tz: 'timezone',
  environment: 'env',
  after: 'always',
  maxattempts: 'attempts',
  matchlabels: 'labels',
  nodeselector: 'agent',
  concurrencypolicy: 'concurrency',
  suspend: 'paused',
  disabled: 'enabled',
  catchup: 'persistent',
  jitter: 'randomizedDelay',
};

/** What a schema has to say against a value, in our words: every problem, each with the path of its field. */
export function schemaProblems(
  schema: GenericSchema,
  issues: readonly BaseIssue<unknown>[],
  prefix: FieldPath = [],
): readonly Problem[] {
  return issues.flatMap((issue) => problemsOf(schema, issue, prefix));
}

function problemsOf(schema: GenericSchema, issue: BaseIssue<unknown>, prefix: FieldPath): readonly Problem[] {
  const path = [...prefix, ...(issue.path ?? []).map((item) => (typeof item.key === 'number' ? item.key : String(item.key)))];
  const parent = issue.path?.at(-1);
  const unknownKey = issue.type === 'strict_object' && issue.expected === 'never';
  if (unknownKey && parent !== undefined) {
    // The schema stops at the first unknown key of an object; all of them are wanted.
    const known = keysAt(
      schema,
      (issue.path ?? []).slice(0, -1).map((item) => item.key),
    );
    const present = Object.keys(parent.input as object);
    return present.filter((key) => !known.includes(key)).map((key) => unknownField([...path.slice(0, -1), key], key, known));
  }
  if (issue.type === 'strict_object' && parent !== undefined && 'origin' in parent && parent.origin === 'key') {
    return [{ code: 'ROTA_FIELD_MISSING', severity: 'error', path, message: `\`${printPath(path)}\` is missing.` }];
  }
  if (issue.issues !== undefined) {
    const shapes = shapesAt(schema, issue);
    const [meant] = shapes.length > 1 ? closestShapes(shapes, issue.input) : shapes;
    // Of a union, the member that got beyond the outermost type is the one that was meant; of several shapes the one whose fields are there.
    const inners = shapes.length > 1 ? (meant === undefined ? [] : (safeParse(meant, issue.input).issues ?? [])) : issue.issues;
    const deeper = inners.filter((inner) => (inner.path?.length ?? 0) > 0);
    if (deeper.length > 0) return deeper.flatMap((inner) => problemsOf(meant ?? memberAt(schema, issue), inner, path));
  }
  const custom = issue.message.startsWith('Invalid ') ? undefined : issue.message;
  const options = [...(issue.expected ?? '').matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
  const expected =
    custom ?? (options.length > 0 ? options.join(', ').replace(/, ([^,]*)$/, ' or $1') : typeWords(issue.expected ?? ''));
  const wrongType = issue.kind === 'schema' && options.length === 0;
  return [
    {
      code: wrongType ? 'ROTA_FIELD_TYPE' : 'ROTA_FIELD_VALUE',
      severity: 'error',
      path,
      message: `\`${printPath(path)}\`: expected ${expected}, but got ${valueWords(issue.input)}.`,
      suggestion: suggestionFor(issue, options, path),
    },
  ];
}

export function unknownField(path: FieldPath, key: string, known: readonly string[]): Problem {
  const alias = otherNames[key.toLowerCase().replaceAll(/[-_]/g, '')];
  const suggestion = alias !== undefined && known.includes(alias) ? alias : nearest(key, known);
  const hint = suggestion === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean \`${suggestion}\`?`;
  return {
    code: 'ROTA_FIELD_UNKNOWN',
    severity: 'error',
    path,
    message: `\`${printPath(path)}\` is not a field. ${hint}`,
    suggestion,
    onKey: true,
  };
}

function suggestionFor(issue: BaseIssue<unknown>, options: readonly string[], path: FieldPath): string | undefined {
  if (typeof issue.input !== 'string') return undefined;
  if (options.length > 0) return nearest(issue.input, options);
  if (issue.type === 'regex' && (path.at(-1) === 'name' || path.at(-1) === 'tenant')) return nameSuggestion(issue.input);
  if (issue.expected === 'boolean' && /^(yes|on|true)$/i.test(issue.input)) return 'true';
  if (issue.expected === 'boolean' && /^(no|off|false)$/i.test(issue.input)) return 'false';
  return issue.expected === 'number' && /^\d+$/.test(issue.input) ? issue.input : undefined;
}

/** The keys that the schema knows in the object at a path, over all members of a union. */
export function keysAt(schema: unknown, path: readonly unknown[]): readonly string[] {
  return at(schema, path).flatMap((found) => (isRecord(found) && isRecord(found.entries) ? Object.keys(found.entries) : []));
}

function at(schema: unknown, path: readonly unknown[]): readonly unknown[] {
  if (!isRecord(schema)) return [];
  if (schema.wrapped !== undefined) return at(schema.wrapped, path);
  if (Array.isArray(schema.options)) return schema.options.flatMap((option) => at(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return [schema];
  if (isRecord(schema.entries)) return at(schema.entries[String(step)], rest);
  if (schema.item !== undefined) return at(schema.item, rest);
  return [];
}

type Shape = GenericSchema & { readonly entries: Readonly<Record<string, unknown>> };

/** The objects that a union offers. */
function shapesAt(schema: GenericSchema, issue: BaseIssue<unknown>): readonly Shape[] {
  const keys = (issue.path ?? []).map((item) => item.key);
  return at(schema, keys).filter((member): member is Shape => isRecord(member) && isRecord(member.entries));
}

/** The one of which a value has the most fields; none where it has none, or as many of another. */
function closestShapes(shapes: readonly Shape[], value: unknown): readonly Shape[] {
  const keys = isRecord(value) ? Object.keys(value) : [];
  const known = shapes.map(({ entries }) => keys.filter((key) => key in entries).length);
  const most = Math.max(...known);
  const closest = shapes.filter((_, index) => known[index] === most);
  return most > 0 && closest.length === 1 ? closest : [];
}

function memberAt(schema: GenericSchema, issue: BaseIssue<unknown>): GenericSchema {
  const found = at(
    schema,
    (issue.path ?? []).map((item) => item.key),
  ).find((member) => isRecord(member) && (isRecord(member.entries) || member.item !== undefined));
  return (found ?? schema) as GenericSchema;
}

function typeWords(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    number: 'a number',
    boolean: 'true or false',
    Array: 'a list',
    Object: 'a mapping',
  };
  return words[expected] ?? expected;
}

/** What came, for a message; never long. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return `the text "${value.length > 60 ? `${value.slice(0, 57)}...` : value}"`;
  if (typeof value === 'number') return `the number ${value}`;
  return String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
