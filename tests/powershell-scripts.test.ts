import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { completionScripts } from '../examples/cli/src/completion/scripts.ts';
import { powerShellScript } from '../packages/backend-taskscheduler/src/service/power-shell-script.ts';

// PowerShell itself runs in the Windows workflow only; its grammar can be held anywhere.
const require = createRequire(import.meta.url);
const { Language, Parser } = require('@vscode/tree-sitter-wasm') as typeof import('@vscode/tree-sitter-wasm');

let isPowerShell: (script: string) => boolean;

beforeAll(async () => {
  await Parser.init();
  const grammar = join(require.resolve('@vscode/tree-sitter-wasm'), '..', 'tree-sitter-powershell.wasm');
  const parser = new Parser().setLanguage(await Language.load(grammar));
  isPowerShell = (script) => parser.parse(script)?.rootNode.hasError === false;
});

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly name?: string; readonly shell?: string; readonly run?: string }[] }>
  >;
}

const workflow = parse(readFileSync(join(repositoryRoot, '.github/workflows/windows.yml'), 'utf8')) as Workflow;
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps.filter(({ shell }) => shell === 'pwsh'));

const scripts: readonly (readonly [string, string])[] = [
  ['the completion script', completionScripts.powershell],
  ['the script that speaks to Task Scheduler', powerShellScript],
  ...steps.map(({ name = '', run = '' }) => [`the step "${name}" of the Windows workflow`, run] as const),
];

test.each(scripts)('%s is PowerShell', (_, script) => {
  expect(isPowerShell(script)).toBe(true);
});

test('a script without one of its braces or parentheses is none', () => {
  const script = completionScripts.powershell;
  const marks = [...script.matchAll(/[(){}]/g)].map(({ index }) => index);
  const unnoticed = marks.filter((at) => isPowerShell(script.slice(0, at) + script.slice(at + 1)));
  expect(marks.length).toBeGreaterThan(20);
  expect(unnoticed.map((at) => script.slice(0, at).split('\n').length)).toEqual([]);
});
