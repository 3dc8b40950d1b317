import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import { readYaml } from './read-yaml.ts';

const told = (text: string): readonly string[] =>
  readYaml(yaml, text, 'a.yaml').issues.map(({ line, column, message }) => `${line}:${column} ${message}`);

const sameColumn = 'Fields of one level have the same number of blanks before them.';

// What newcomers write. Each is one problem, where it stands, with the way out.
test.each([
  [
    'spec:\n  schedule: * * * * *\n',
    '2:13 A value that begins with `*` means something else in YAML. Put the value in quotes: `schedule: "* * * * *"`.',
  ],
  [
    'spec:\n  schedule: */5 * * * *\n',
    '2:13 A value that begins with `*` means something else in YAML. Put the value in quotes: `schedule: "*/5 * * * *"`.',
  ],
  [
    '- schedule: * * * * *\n',
    '1:13 A value that begins with `*` means something else in YAML. Put the value in quotes: `schedule: "* * * * *"`.',
  ],
  ['spec:\n  schedule: @daily\n', '2:13 A value cannot begin with `@` in YAML. Put the value in quotes: `schedule: "@daily"`.'],
  [
    'spec:\n  command: echo "a: b"\n',
    `2:12 A value that holds \`: \` has to be quoted. Put the value in quotes: \`command: 'echo "a: b"'\`.`,
  ],
  ['spec:\n  command: "/opt/a" b\n', '2:21 More text stands after the closing quote. Put quotes around the whole value.'],
  ['spec:\n  schedule: "0 2 * * *\n  command: x\n', '2:13 The quote " that begins here is never closed.'],
  [
    'apiVersion: v1\nkind: Job\nmetadata: {name: a}\nspec: {}\napiVersion: v1\nkind: Job\nmetadata: {name: b}\nspec: {}\n',
    '5:1 A second manifest begins here: put a line `---` before it.',
  ],
  ['spec: {}\nspec: {}\n', '2:1 The same key stands twice in one mapping. Keep one.'],
  ['metadata:\n  name: a\n   tenant: b\n', `3:1 The line is indented deeper than the one above it. ${sameColumn}`],
  ['metadata:\n  name: a\n tenant: b\n', `3:1 The line begins in another column than those of its level. ${sameColumn}`],
  [
    'spec:\n  schedule:"0 2 * * *"\n  command: x\n',
    '2:3 This is no field: after its name stands a colon and a blank, as in `name: value`.',
  ],
  ['metadata:\n\tname: a\n', '2:1 A tab stands where YAML wants blanks. Indent with blanks.'],
  [
    'spec:\r\n  schedule: * * * * *\r\n',
    '2:13 A value that begins with `*` means something else in YAML. Put the value in quotes: `schedule: "* * * * *"`.',
  ],
])('%j', (text, problem) => {
  expect(told(text)).toEqual([problem]);
});

test('several lines are several problems', () => {
  expect(told('a: * *\nb: @x\n')).toHaveLength(2);
});
