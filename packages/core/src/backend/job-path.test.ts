import { expect, test } from 'vitest';
import { jobPath } from './job-path.ts';

const user = { name: 'ann', uid: 0, home: 'C:\\Users\\ann' };

test('the search path of jobs on Windows names its folders, as no program but a shell reads %SystemRoot%', () => {
  expect(jobPath({ platform: 'win32', user, env: { SystemRoot: 'D:\\Windows' } }).split(';')).toEqual([
    'D:\\Windows\\system32',
    'D:\\Windows',
    'D:\\Windows\\System32\\Wbem',
    'D:\\Windows\\System32\\WindowsPowerShell\\v1.0',
  ]);
  expect(jobPath({ platform: 'win32', user, env: {} })).not.toContain('%');
});
