import { expect, test } from 'vitest';
import { findWindowsProgram } from './find-windows-program.ts';

const env = { Path: '.;C:\\Windows\\system32;;"C:\\Program Files\\Git\\cmd";tools', PathExt: '.COM;.EXE;.CMD' };
const files = [
  'C:\\Windows\\system32\\schtasks.exe',
  'C:\\Program Files\\Git\\cmd\\git.exe',
  'C:\\Program Files\\Git\\cmd\\npx.cmd',
  '.\\git.exe',
  'git.exe',
  'tools\\git.exe',
];
const find = (program: string, given: Record<string, string> = env) =>
  findWindowsProgram(program, given, (path) => files.includes(path));

test.each([
  ['schtasks.exe', 'C:\\Windows\\system32\\schtasks.exe'],
  ['schtasks', 'C:\\Windows\\system32\\schtasks.exe'],
  ['git', 'C:\\Program Files\\Git\\cmd\\git.exe'],
  ['npx', 'C:\\Program Files\\Git\\cmd\\npx.cmd'],
  ['C:\\some\\tool.exe', 'C:\\some\\tool.exe'],
  ['.\\tool.exe', '.\\tool.exe'],
  ['nothing', undefined],
])('%s is %s', (program, found) => {
  expect(find(program)).toBe(found);
});

test('what stands in the current folder, or in one that counts from it, is never found', () => {
  expect(find('git', { PATH: '.;tools;;' })).toBeUndefined();
  expect(find('git', {})).toBeUndefined();
});
