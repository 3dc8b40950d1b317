import { dirname } from 'node:path';
import { exec } from '@rota/test-support';
import { environment, type TestHost } from './world.ts';

/**
 * The order that scripts use: fetch, rebase, re-add, publish, apply. Here only to be measured against: `re-add` writes the old content of an untouched
 * dotfile over what the rebase brought.
 */
export async function naiveSync({ home, tree, options, network }: TestHost): Promise<void> {
  const env = { ...environment(home, dirname(home)), ...network(), JJ_USER: 'Ada', JJ_EMAIL: 'ada@example.org' };
  const jj = async (...args: readonly string[]): Promise<unknown> =>
    await exec('jj', ['-R', tree, '--no-pager', '--color=never', ...args], { env });
  const main = options.branch ?? 'main';
  await jj('git', 'fetch');
  await jj('rebase', '-b', '@', '-o', `${main}@origin`);
  await exec('chezmoi', ['--no-tty', 're-add'], { env });
  await jj('commit', '-m', 'sync');
  await jj('bookmark', 'set', main, '-r', '@-', '--allow-backwards');
  await jj('git', 'push', '--bookmark', main);
  await exec('chezmoi', ['--no-tty', 'apply', '--force'], { env });
}
