import { expect, test } from 'vitest';
import { caseClash } from './case-clash.ts';

test.each([
  ['two files', ['dot_zshrc', 'dot_Zshrc'], '', ['dot_zshrc', 'dot_Zshrc']],
  ['two folders', ['dot_config/a', 'dot_Config/b'], '', ['dot_config', 'dot_Config']],
  ['two dotfiles with other attributes', ['dot_zshrc', 'private_dot_Zshrc'], '', ['.zshrc', '.Zshrc']],
  ['two files that are no dotfiles', ['README.md', 'home/dot_a', 'readme.md'], 'home/', ['README.md', 'readme.md']],
  ['an accent that is written in two ways', ['caf\u00e9', 'cafe\u0301'], '', ['caf\u00e9', 'cafe\u0301']],
])('%s are one name', (_, paths, folder, expected) => {
  expect(caseClash(paths, folder)).toEqual(expected);
});

test.each([
  ['the same folder twice', ['dot_config/a', 'dot_config/A/b'].slice(0, 1).concat('dot_config/b'), ''],
  ['a dotfile that is called as a file of the source folder', ['dot_a', 'A.tmpl'], ''],
  ['a source outside of the source folder', ['Zshrc', 'home/zshrc'], 'home/'],
])('%s are not', (_, paths, folder) => {
  expect(caseClash(paths, folder)).toBeUndefined();
});
