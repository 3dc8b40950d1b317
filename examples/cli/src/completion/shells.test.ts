import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, exec, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { manifest } from '../testing/cli-workplace.ts';
import { rotaProcess } from '../testing/rota-process.ts';
import { completionScripts } from './scripts.ts';

const home = temporaryFolder();
const work = temporaryFolder();
const env = { PATH: `${join(home, 'bin')}:${process.env.PATH ?? ''}`, HOME: home, TERM: 'xterm', ROTA_MAINTENANCE: 'off' };
const scriptOf = (shell: keyof typeof completionScripts): string => {
  const path = join(home, `completion.${shell}`);
  writeFileSync(path, completionScripts[shell]);
  return path;
};

/** A machine of somebody who has the command on the PATH, two installed jobs and a plugin. */
beforeAll(async () => {
  mkdirSync(join(home, 'bin'));
  const command = join(home, 'bin', 'rota');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${join(repositoryRoot, 'examples/cli/bin.js')}' "$@"\n`);
  chmodSync(command, 0o755);
  mkdirSync(join(work, 'jobs'));
  for (const name of ['backup', 'report-usage']) writeFileSync(join(work, 'jobs', `${name}.yaml`), manifest(name));
  writeFileSync(
    join(work, 'jobs.config.mjs'),
    `const command = { name: 'grow', summary: 'grow one', options: { size: { kind: 'text', value: 'n', summary: 'how big', choices: ['small', 'large'] } }, examples: ['rota widget grow'], output: {}, run: () => ({ data: {}, text: '' }) };
const widget = { name: 'widget', apiVersion: 1, setup: (api) => api.addCommands({ name: 'widget', summary: 'widgets', commands: [command] }) };
export default { tenant: 'acme', plugins: [widget], manifests: 'jobs' };`,
  );
  const applied = await rotaProcess(work, { ...env })(['apply', '--backend', 'embedded', '--yes']);
  expect(applied.exitCode, applied.stderr).toBe(0);
});

/** What a person types before the Tab, and what the shell then offers. */
const questions: readonly (readonly [string, readonly string[]])[] = [
  ['rota gener', ['generations']],
  ['rota plan --detail', ['--detailed-exitcode']],
  ['rota plan --backend task', ['taskscheduler']],
  ['rota run ba', ['backup']],
  ['rota logs rep', ['report-usage']],
  ['rota run acme/ba', ['acme/backup']],
  ['rota bundle capture ba', ['backup']],
  ['rota next --tz Europe/Berl', ['Europe/Berlin']],
  ['rota widg', ['widget']],
  ['rota widget gr', ['grow']],
  ['rota widget grow --size la', ['large']],
];

requirePart(commandPart('bash'))('completion in bash', () => {
  // bash makes three words of it, COMP_WORDBREAKS.
  test.each([
    ['=', '', ['systemd', 'cron', 'taskscheduler', 'embedded']],
    ['=', 'task', ['taskscheduler']],
  ])('rota plan --backend%s%s', async (sign, begun, expected) => {
    const words = ['rota', 'plan', '--backend', sign, ...(begun === '' ? [] : [begun])];
    const script = `source '${scriptOf('bash')}'; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _rota; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await exec('bash', ['--norc', '-c', script], { cwd: work, env });
    expect(stdout.trim().split('\n'), stderr).toEqual(expected);
  });

  test.each(questions)('%s', async (line, expected) => {
    const words = line.split(' ');
    const script = `source '${scriptOf('bash')}'; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _rota; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await exec('bash', ['--norc', '-c', script], { cwd: work, env });
    expect(stdout.trim().split('\n'), stderr).toEqual(expected);
  });
});

requirePart(commandPart('fish'))('completion in fish', () => {
  test('rota plan --backend=task', async () => {
    const script = `source '${scriptOf('fish')}'; complete -C 'rota plan --backend=task'`;
    const { stdout, stderr } = await exec('fish', ['--no-config', '-c', script], { cwd: work, env });
    expect(stdout.trim(), stderr).toBe('--backend=taskscheduler');
  });

  test.each(questions)('%s', async (line, expected) => {
    const script = `source '${scriptOf('fish')}'; complete -C '${line}'`;
    const { stdout, stderr } = await exec('fish', ['--no-config', '-c', script], { cwd: work, env });
    const offered = stdout
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0]);
    expect(offered, stderr).toEqual(expected);
  });
});

// zsh completes only what is typed on a terminal.
const typing = `
import os, pty, re, select, sys, time
script, line, wanted = sys.argv[1:4]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp('zsh', ['zsh', '-f', '-i'])
seen = b''
def shown():
    return re.sub(r'\\x1b(\\[[0-9;?]*[a-zA-Z]|[=>])', '', seen.decode(errors='replace'))
def wait_for(text, seconds):
    global seen
    end = time.time() + seconds
    while time.time() < end and text not in shown():
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536)
# The word in two halves, so that its echo is not taken for it.
begin = "PS1='%% '; unsetopt prompt_sp; autoload -U compinit && compinit -u -D && source '" + script + "' && echo rea''dy\\n"
os.write(terminal, begin.encode())
wait_for('ready\\r\\n', 40)
seen = b''
os.write(terminal, line.encode() + b'\\t')
wait_for(wanted, 20)
print(shown())
os.write(terminal, b'\\x03exit\\n')
os.close(terminal)
os.waitpid(pid, 0)
`;

requirePart(commandPart('zsh'), commandPart('python3'))('completion in zsh', () => {
  test.each(questions)('%s', async (line, expected) => {
    const whole = [...line.split(' ').slice(0, -1), ...expected].join(' ');
    const { stdout, stderr } = await exec('python3', ['-c', typing, scriptOf('zsh'), line, whole], { cwd: work, env });
    expect(stdout, stderr).toContain(whole);
  });
});
