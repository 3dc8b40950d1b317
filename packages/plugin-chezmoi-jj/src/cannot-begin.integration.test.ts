import { bundleRota, installRota, requirePart, type TestMachine, testMachine, testMachinePart } from '@rota/test-support';
import { expect, test } from 'vitest';

const describe = requirePart(testMachinePart);

const home = '/home/ada';

/** The config of a person, who may break it. */
const config = `import { chezmoiJj } from '/opt/rota/node_modules/@rota/plugin-chezmoi-jj/index.js';
export default { tenant: 'home', plugins: [chezmoiJj({
  enable: true,
  repoUrl: '${home}/origin.git',
  notify: ['sh', '-c', 'cat >>"$HOME/notices"'],
  alerts: { command: ['sh', '-c', 'echo "$ROTA_ALERT: $ROTA_ALERT_TEXT" >>"$HOME/mails"'] },
})] };
`;

describe('a scheduled sync that cannot even begin', () => {
  test('is told once by the runner, from what the job carries, and once more when it is over', async () => {
    const machine = await testMachine('chezmoi-cannot');
    await installRota(machine, await bundleRota('plugin-chezmoi-jj'));
    await as(machine, 'git init -q --bare -b main origin.git; cat >jobs.config.mjs', config);
    await as(machine, 'echo one >.zshrc; chezmoi init && chezmoi add ~/.zshrc; rota apply --yes');
    const run = 'cd /; rota run chezmoi-sync; true';
    await as(machine, run);
    expect(await as(machine, 'cat mails notices 2>/dev/null || true')).toBe('');

    await as(machine, 'cp jobs.config.mjs good; echo "export default {" >jobs.config.mjs');
    await as(machine, `${run}; ${run}`);
    expect(await as(machine, 'cat mails')).toMatch(
      /^failure: It ended in failure: exit status 1\. It could not tell of it by itself\. Its last words: .*jobs\.config\.mjs.*$/,
    );
    expect(JSON.parse(await as(machine, 'cat notices'))).toMatchObject({
      event: 'failure',
      job_name: 'chezmoi-sync',
      exit_code: 1,
    });

    await as(machine, `mv good jobs.config.mjs; ${run}; ${run}`);
    expect((await as(machine, 'cat mails')).split('\n').slice(1)).toEqual(['recovery: It ended well again.']);
    expect((await as(machine, 'cat notices')).split('\n').map((line) => JSON.parse(line).event)).toEqual(['failure', 'recovery']);

    // The plugin is gone, as after `npm prune`.
    await machine.output('mv', ['/opt/rota/node_modules', '/opt/rota/pruned']);
    await as(machine, `${run}; ${run}`);
    expect((await as(machine, 'cat mails')).split('\n').slice(2)).toEqual([
      expect.stringMatching(/^failure: .*plugin-chezmoi-jj/),
    ]);
  });
});

async function as(machine: TestMachine, command: string, input = ''): Promise<string> {
  return await machine.output('sh', ['-c', command], { user: 'ada', cwd: home, env: { HOME: home }, input, timeoutMs: 300_000 });
}
