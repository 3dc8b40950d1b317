import { expect, test } from 'vitest';
import { fileFailure } from './file-failure.ts';

const failed = (code: string, syscall: string, path?: string) =>
  fileFailure(Object.assign(new Error(`${code}: ...`), { code, syscall, ...(path === undefined ? {} : { path }) }));

test.each([
  [failed('EACCES', 'open', '/srv/a.ts'), '/srv/a.ts cannot be opened: permission denied.', /folder that you may write to/],
  [
    failed('EACCES', 'open', '/srv/.rota-12-1.tmp'),
    'No file can be written in /srv: permission denied.',
    /folder that you may write to/,
  ],
  [failed('EROFS', 'mkdir', '/home/a/.local/state/rota'), /cannot be made: the file system is read-only/, /ROTA_STATE_DIR/],
  [failed('ENOSPC', 'write'), 'A file cannot be written: the disk is full.', /Make room/],
])('%j', (failure, message, remedy) => {
  expect(failure?.message).toMatch(message);
  expect(failure?.suggestions.join()).toMatch(remedy);
});

test('a file system without hard links is not taken for one that may not be written to', () => {
  const error = Object.assign(new Error('EPERM: ...'), {
    code: 'EPERM',
    syscall: 'link',
    path: '/mnt/.rota-1.tmp',
    dest: '/mnt/lock',
  });
  expect(fileFailure(error)).toMatchObject({
    file: '/mnt',
    message: expect.stringMatching(/The file system of \/mnt has no hard links/),
    suggestions: [expect.stringContaining('--state-dir')],
  });
});

test('other errors are left to those who know them', () => {
  expect(fileFailure(new Error('no'))).toBeUndefined();
  expect(failed('ECONNREFUSED', 'connect')).toBeUndefined();
});
