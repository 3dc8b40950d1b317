import { expect, test } from 'vitest';
import { canBeCaptured, targetPath } from './target-path.ts';

test.each([
  ['dot_zshrc', '.zshrc'],
  ['private_dot_ssh/private_config', '.ssh/config'],
  ['private_readonly_executable_dot_local/bin/executable_tool', 'executable_dot_local/bin/tool'],
  ['exact_private_dot_config/dot_x.tmpl', '.config/.x'],
  ['encrypted_private_dot_netrc.age', '.netrc'],
  ['literal_dot_x', 'dot_x'],
  ['dot_x.tmpl.literal', '.x.tmpl'],
  ['create_dot_once', '.once'],
  ['.chezmoiignore', undefined],
  ['.git/config', undefined],
  ['run_once_install.sh', undefined],
])('%s stands for %s', (source, target) => {
  expect(targetPath(source)).toBe(target);
});

test('templates, and files that are made once or by a program, cannot be captured', () => {
  expect(['dot_a', 'private_dot_a', 'encrypted_dot_a.age'].map(canBeCaptured)).toEqual([true, true, true]);
  expect(['dot_a.tmpl', 'create_dot_a', 'modify_dot_a', 'symlink_dot_a'].map(canBeCaptured)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
