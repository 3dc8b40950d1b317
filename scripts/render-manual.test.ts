import { join } from 'node:path';
import { commandPart, exec, repositoryRoot, requirePart } from '@rota/test-support';
import { expect, test } from 'vitest';
// @ts-expect-error a script without declarations
import { renderManual } from './render-manual.mjs';

requirePart(commandPart('man', 'man-db'))('the manual page', () => {
  test('is read by man without a warning, and shows every command and option', async () => {
    const page = join(repositoryRoot, 'examples/cli/man/rota.1');
    const { exitCode, stdout, stderr } = await exec('man', ['--warnings', '--local-file', page], {
      env: { ...process.env, MANWIDTH: '200', MAN_KEEP_FORMATTING: '', LC_ALL: 'C.UTF-8' },
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('rota plan [files...]');
    expect(stdout).toContain('--detailed-exitcode');
    expect(stdout).toContain('2 with --detailed-exitcode: there are changes');
    expect(stdout).toContain('COMMANDS OF @rota/plugin-nix-update');
    expect(stdout).toContain('rota nix rollback');
    expect(stdout).toContain('rota chezmoi resolve <path>');
  });
});

test('what means something to troff is written so that it does not', () => {
  const spec = { name: 'x', summary: 'a', options: [], examples: [".hidden 'it' \\d"], load: () => undefined };
  expect(renderManual([spec], '1')).toContain('\\&.hidden \\(aqit\\(aq \\ed');
});
