import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliWorkplace } from '../testing/cli-workplace.ts';
import { openYamlEditor } from '../testing/yaml-editor.ts';

async function editorOn(name: string) {
  const { call, folder } = cliWorkplace();
  expect((await call(['init', '--yes', '--format', 'yaml'])).exitCode).toBe(0);
  const path = join(folder, name);
  return { editor: await openYamlEditor(path), text: readFileSync(path, 'utf8') };
}

/** Where the text begins in the other, as editors count. */
function placeOf(part: string, text: string) {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  return { line: before.length - 1, character: (before.at(-1) ?? '').length };
}

test('an editor finds nothing wrong in a first manifest, explains its fields, and offers more', async () => {
  const { editor, text } = await editorOn('jobs/hello.yaml');
  expect(await editor.type(text)).toEqual([]);
  expect(await editor.hover(placeOf('schedule:', text))).toMatch(/cron/i);
  const longer = `${text.trimEnd()}\n  \n`;
  await editor.type(longer);
  const offered = await editor.completions({ line: longer.split('\n').length - 2, character: 2 });
  expect(offered).toEqual(expect.arrayContaining(['env', 'retry', 'timeout']));
  expect(offered).not.toContain('metadata');
});

test('an editor underlines a field that no manifest has, and a value of a wrong kind', async () => {
  const { editor, text } = await editorOn('jobs/hello.yaml');
  const wrong = text.replace('  schedule:', '  shedule: x\n  schedule:');
  expect(await editor.type(wrong)).toMatchObject([
    { message: expect.stringContaining('shedule'), range: { start: placeOf('shedule', wrong) } },
  ]);
  const kind = `${text.trimEnd()}\n  persistent: 3\n`;
  expect(await editor.type(kind)).toMatchObject([{ range: { start: placeOf('3\n', kind) } }]);
});

test('an editor knows the fields of a config in YAML', async () => {
  const { editor, text } = await editorOn('jobs.config.yaml');
  expect(await editor.type(text)).toEqual([]);
  expect(await editor.type(`${text.trimEnd()}\nmanifest: x\n`)).toMatchObject([{ message: expect.stringContaining('manifest') }]);
});

test('a manifest that names its schema in a field is known as well', async () => {
  const { editor, text } = await editorOn('jobs/hello.yaml');
  const schema = /\$schema=(\S+)\n/.exec(text)?.[1];
  const named = text.replace(/^#.*\n/, `$schema: ${schema}\n`);
  expect(named).not.toBe(text);
  expect(await editor.type(named)).toEqual([]);
  expect(await editor.type(`${named.trimEnd()}\n  shedule: x\n`)).toMatchObject([
    { message: expect.stringContaining('shedule') },
  ]);
});
