import { expect, test } from 'vitest';
import { withoutNamesakes } from './job-environment.ts';

test('what was inherited gives way to a declared name of another case, on Windows alone', () => {
  const inherited = { HTTPS_PROXY: 'inherited', Path: 'C:\\', Other: 'kept' };
  expect(withoutNamesakes(inherited, ['https_proxy', 'PATH'], 'win32')).toEqual({ Other: 'kept' });
  expect(withoutNamesakes(inherited, ['https_proxy', 'PATH'], 'linux')).toBe(inherited);
});
