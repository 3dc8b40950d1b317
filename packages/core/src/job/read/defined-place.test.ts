import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { stackPlace } from './defined-place.ts';

const folder = join(temporaryFolder(), '100% (copy) ü');
const file = join(folder, 'jobs.config.mjs');
const url = pathToFileURL(file).href;

test.each([
  ['a module', `at ${url}:3:7`],
  ['a module that was loaded again', `at ${url}?rota=2:3:7`],
  ['a module that waits', `at async ${url}:3:7`],
  ['a function of a module', `at Object.y z (${url}:3:7)`],
  ['a path', `at ${file}:3:7`],
  ['a path that was loaded again', `at ${file}?rota=2:3:7`],
  ['a function at a path', `at Object.<anonymous> (${file}:3:7)`],
  ['a method by another name', `at A.m [as run] (${file}:3:7)`],
])('the place of a call is read from %s', (_, line) => {
  expect(stackPlace(`Error\n    ${line}\n    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)`)).toEqual({
    file,
    line: 3,
    column: 7,
  });
});

test.each([
  '',
  'Error',
  'Error\n    at Array.map (<anonymous>)',
  'Error\n    at new Promise (<anonymous>)\n    at x (/a.ts:1:2)',
])('%j names no place', (stack) => {
  expect(stackPlace(stack)).toBeUndefined();
});

test.each(['cjs', 'mjs'])('a stack that Node writes for a .%s file is read', (extension) => {
  const program = join(folder, `program.${extension}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    program,
    '\n  (function define() { const h = {}; Error.captureStackTrace(h, define); console.log(h.stack); })();\n',
  );
  const stack = execFileSync(process.execPath, [program], { encoding: 'utf8' });
  expect(stackPlace(stack)).toEqual({ file: program, line: 2, column: expect.any(Number) });
});
