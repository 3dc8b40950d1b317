import { expect, test } from 'vitest';
import { isDeletedHere, isEditedHere, readStatusLines } from './status-line.ts';

test('lines are read with their two letters and the whole path', () => {
  const text = 'MM /home/ada/.zshrc\n M /home/ada/.config/a b\nDA /home/ada/.x\n R /home/ada/install.sh\n';
  const lines = readStatusLines(text, '/home/ada');
  expect(lines.map(({ target }) => target)).toEqual([
    '/home/ada/.zshrc',
    '/home/ada/.config/a b',
    '/home/ada/.x',
    '/home/ada/install.sh',
  ]);
  expect(lines.map(isEditedHere)).toEqual([true, false, false, false]);
  expect(lines.map(isDeletedHere)).toEqual([false, false, true, false]);
});

test('a name with a line break cannot smuggle in a path outside of the home', () => {
  expect(
    readStatusLines('MM /home/ada/.x\nMM /etc/passwd\nMM /home/adam/.y\nMM /home/ada/../bob/.z\n', '/home/ada'),
  ).toMatchObject([{ target: '/home/ada/.x' }]);
});
