import { resolve } from 'node:path';
import { type InferOutput, safeParse } from 'valibot';
import type { Issue, SourcePlace } from '../errors/issue.ts';
import { Notes, stringMap } from '../job/normalise/notes.ts';
import type { FieldPath, Problem } from '../job/problem.ts';
import { definedPlace } from '../job/read/defined-place.ts';
import { schemaProblems, valueWords } from '../job/read/schema-problems.ts';
import { hintProblem } from './plan/hint-pattern.ts';
import type { Deployment, Target } from './target.ts';
import { targetSchema } from './target-schema.ts';

/** What a target takes from the config that declares it. */
export interface TargetContext {
  /** Folder of the config. */
  readonly dir: string;
  readonly tenant: string;
  readonly platform: string;
  /** Turns a problem into an issue with the best place that is known. */
  locate(problem: Problem): Issue;
}

type ValidTarget = InferOutput<typeof targetSchema>;

const defaultSystems = ['aarch64-linux', 'x86_64-linux'];

/** Reads a declared target. `label` is what to call it while it has no name, such as `targets[3]`. Every problem is an issue with its place. */
export function readTarget(
  value: unknown,
  label: string,
  context: TargetContext,
): { readonly target?: Target; readonly issues: readonly Issue[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = `${label}: expected a target, but got ${valueWords(value)}.`;
    return { issues: [context.locate({ code: 'ROTA_FIELD_TYPE', severity: 'error', path: [], message })] };
  }
  const place = definedPlace(value);
  const name = 'name' in value && typeof value.name === 'string' ? value.name : '';
  const issueOf = (problem: Problem): Issue => {
    const issue = place === undefined ? context.locate(problem) : issueAt(problem, place);
    return { ...issue, message: `In ${name === '' ? label : `target "${name}"`}: ${problem.message}` };
  };
  const parsed = safeParse(targetSchema, value);
  if (!parsed.success) return { issues: schemaProblems(targetSchema, parsed.issues).map(issueOf) };
  const notes = new Notes();
  const source = place ?? placeOf(context.locate({ code: 'ROTA_INTERNAL', severity: 'error', path: [], message: '' }));
  const target = normalise(parsed.output, context, notes, source);
  const issues = notes.problems.map(issueOf);
  return issues.some(({ severity }) => severity === 'error') ? { issues } : { target, issues };
}

function normalise(input: ValidTarget, context: TargetContext, notes: Notes, source: SourcePlace | undefined): Target {
  notes.name(['name'], input.name, context.platform);
  for (const [index, hint] of (input.hints ?? []).entries()) {
    const problem = hintProblem(hint);
    if (problem !== undefined) notes.error('ROTA_FIELD_VALUE', ['hints', index], `The hint "${hint}" ${problem}`);
  }
  const timeoutMs = notes.duration(['timeout'], input.timeout, 1);
  const { description, systemEnv, deployment, state } = input;
  return {
    name: input.name,
    tenant: input.tenant ?? context.tenant,
    ...(description === undefined ? {} : { description }),
    labels: stringMap(input.labels),
    flake: resolve(context.dir, notes.plainText(['flake'], input.flake ?? '.')),
    attrs: attrsOf(input, notes),
    ...(systemEnv === undefined ? {} : { systemEnv }),
    hints: input.hints ?? null,
    inputs: input.inputs ?? null,
    dependsOn: input.dependsOn ?? [],
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(deployment === undefined ? {} : { deployment: readDeployment(deployment, notes) }),
    ...(state === undefined ? {} : { state }),
    ...(source === undefined ? {} : { source }),
  };
}

function attrsOf({ attr, systems }: ValidTarget, notes: Notes): Readonly<Record<string, string>> {
  if (typeof attr !== 'string') {
    const entries = Object.entries(attr).toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) notes.error('ROTA_FIELD_VALUE', ['attr'], '`attr` names no system.');
    if (systems !== undefined) {
      notes.error(
        'ROTA_FIELD_VALUE',
        ['systems'],
        '`attr` is a map from system to attribute path, which names the systems already.',
      );
    }
    return Object.fromEntries(entries.map(([system, path]) => [system, path.replaceAll('{system}', system)]));
  }
  const wanted = [...new Set(systems ?? defaultSystems)].toSorted();
  if (!attr.includes('{system}') && wanted.length > 1) {
    const message = `\`attr\` is the same for ${wanted.join(' and ')}. Write {system} in it, give a map, or name one system in \`systems\`.`;
    notes.error('ROTA_FIELD_VALUE', ['attr'], message);
  }
  return Object.fromEntries(wanted.map((system) => [system, attr.replaceAll('{system}', system)]));
}

function readDeployment(input: NonNullable<ValidTarget['deployment']>, notes: Notes): Deployment {
  const at = (field: string): FieldPath => ['deployment', field];
  const { host, container, image, unit, endpoint } = input;
  for (const [field, text] of Object.entries({ host, container, image, unit, endpoint })) {
    // Each of them becomes an argument of a program, which would take it for an option.
    if (text?.startsWith('-')) notes.error('ROTA_FIELD_VALUE', at(field), `\`deployment.${field}\` begins with "-".`);
    if (text !== undefined) notes.plainText(at(field), text);
  }
  if (input.mode === 'docker' && container === undefined && unit === undefined)
    notes.error('ROTA_FIELD_MISSING', at('container'), 'A deployment by docker needs `container` or `unit`.');
  if (input.mode === 'command' && input.deploy === undefined)
    notes.error('ROTA_FIELD_MISSING', at('deploy'), 'A deployment by command needs `deploy`.');
  return {
    mode: input.mode,
    ...(host === undefined ? {} : { host }),
    ...(container === undefined ? {} : { container }),
    ...(image === undefined ? {} : { image }),
    ...(unit === undefined ? {} : { unit }),
    scope: input.scope ?? 'system',
    run: input.run ?? [],
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(input.deploy === undefined ? {} : { deploy: notes.command(at('deploy'), input.deploy) }),
    ...(input.deployed === undefined ? {} : { deployed: notes.command(at('deployed'), input.deployed) }),
    timeoutMs: notes.duration(at('timeout'), input.timeout, 1) ?? 600_000,
    options: input.options ?? {},
  };
}

function placeOf({ file, line, column }: Issue): SourcePlace | undefined {
  if (file === undefined) return undefined;
  return { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
}

function issueAt({ code, severity, message, suggestion }: Problem, place: SourcePlace): Issue {
  return { code, severity, message, ...place, ...(suggestion === undefined ? {} : { suggestion }) };
}
