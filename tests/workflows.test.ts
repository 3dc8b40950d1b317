import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';

/**
 * What can be known of the workflows without their runners: the published schema holds their shape (`npx @action-validator/cli FILE`, by hand), and this
 * what they name, so that a moved file does not turn a step into one that tests nothing.
 */
const folder = join(repositoryRoot, '.github/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes'?: number;
  readonly strategy?: { readonly matrix?: Readonly<Record<string, unknown>> };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, { readonly paths?: readonly string[] } | null>>;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(repositoryRoot, 'package.json'), 'utf8'),
);

describe.each(readdirSync(folder))('the workflow %s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  const document = parseDocument(text, { strict: true });
  const workflow = document.toJS() as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test('is YAML, ends in time, and may do no more than it says', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    expect(workflow).toMatchObject({ name: expect.any(String), permissions: { contents: 'read' } });
    for (const job of jobs) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  test('has steps that either use an action of a version or run a command', () => {
    expect(steps.filter(({ uses, run }) => (uses === undefined) === (run === undefined))).toEqual([]);
    expect(steps.flatMap(({ uses }) => uses ?? []).filter((uses) => !/^[\w-]+\/[\w-]+@v\d+$/.test(uses))).toEqual([]);
  });

  test('reads in expressions only what there is', () => {
    const known = /^(github\.[\w.]+|matrix\.\w+|runner\.\w+|env\.\w+)$/;
    const matrices = new Set(jobs.flatMap((job) => Object.keys(job.strategy?.matrix ?? {})));
    const expressions = [...text.matchAll(/\$\{\{\s*(.*?)\s*\}\}/g)].map(([, expression = '']) => expression);
    expect(text.match(/\$\{\{/g) ?? []).toHaveLength(expressions.length);
    for (const expression of expressions) {
      expect(expression).toMatch(known);
      if (expression.startsWith('matrix.')) expect([...matrices]).toContain(expression.slice('matrix.'.length));
    }
  });

  test('names scripts, tests and paths that are there', () => {
    const commands = steps.flatMap(({ run }) => run?.split('\n') ?? []);
    for (const command of commands) {
      const script = /\bnpm run (?:--silent )?([\w:]+)/.exec(command)?.[1];
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script);
      if (/^\s*\.ci\//.test(command)) expect(existsSync(join(repositoryRoot, command.trim().split(' ')[0] ?? ''))).toBe(true);
      const filters =
        /vitest run (.*)/
          .exec(command)?.[1]
          ?.split(' ')
          .filter((word) => word.includes('/')) ?? [];
      for (const filter of filters) expect(holdsTest(filter), command).toBe(true);
    }
    for (const path of Object.values(workflow.on).flatMap((event) => event?.paths ?? []))
      expect(existsSync(join(repositoryRoot, path.replace(/\/\*\*$/, ''))), path).toBe(true);
  });
});

/** vitest runs the files whose path holds the word; none is no failure that anybody would see in a matrix of many. */
function holdsTest(filter: string): boolean {
  const path = join(repositoryRoot, filter);
  const inside = existsSync(path) ? readdirSync(path, { recursive: true }).map(String) : readdirSync(dirname(path));
  return inside.some((file) => file.endsWith('.test.ts') && (existsSync(path) || join(dirname(path), file).startsWith(path)));
}
