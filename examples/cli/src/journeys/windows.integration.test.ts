import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  repositoryRoot,
  requirePart,
  temporaryFolder,
  type WindowsNode,
  windowsNode,
  windowsNodeParts,
} from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';

/**
 * The built command, run by the Node of Windows with the embedded scheduler; under Wine everywhere but on Windows. It shows that our side of what differs
 * there works: zones without zone files, a launcher that is a command file, line ends, folders with blanks and ampersands.
 */
const describeWindows = requirePart(...windowsNodeParts);
describeWindows('the command on Windows', () => {
  const folder = join(temporaryFolder(), 'Jörg & Söhne (home) ^2 日本');
  let machine: WindowsNode;
  beforeAll(() => {
    mkdirSync(folder);
    machine = windowsNode();
  });

  const file = (name: string, lines: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, lines.map((line) => `${line}\r\n`).join(''));
    return machine.path(path);
  };
  const stateOf = (name: string) => ({ ROTA_STATE_DIR: machine.path(join(folder, name)) });
  const rotaOn =
    (state: string) =>
    async (...args: readonly string[]) => {
      const bin = machine.path(join(repositoryRoot, 'examples/cli/bin.js'));
      const { code, output } = await machine.run([machine.exe, bin, ...args], stateOf(state));
      return { code, output, json: () => JSON.parse(output) };
    };
  const rota = rotaOn('rota state');
  /** `run-all` as a process that is ended from outside when the file appears, which leaves it no time for anything. */
  const runAll = (state: string, stop: string) => {
    const ends = `setInterval(() => process.getBuiltinModule('fs').existsSync(${JSON.stringify(machine.path(stop))}) && process.exit(), 200)`;
    const script = `${ends}; import(${JSON.stringify(cliUrl())}).then((cli) => cli.main(['run-all']))`;
    return machine.run([machine.exe, '-e', script], stateOf(state));
  };
  const manifest = (name: string, ...spec: readonly string[]): readonly string[] => [
    'apiVersion: v1',
    'kind: Job',
    `metadata: {name: ${name}, tenant: acme}`,
    'spec:',
    ...spec.map((line) => `  ${line}`),
  ];

  test('reads manifests and configs with carriage returns, and says where a problem stands', { timeout: 240_000 }, async () => {
    const wrong = file('wrong.yaml', manifest('wrong', 'schedule: "61 2 * * *"', 'timezone: Europe/Londn', 'command: cmd.exe'));
    const { code, json } = await rota('validate', wrong, '--json');
    expect(code).toBe(1);
    expect(json().issues).toMatchObject([
      { code: 'ROTA_SCHEDULE_SYNTAX', file: wrong, line: 5, column: 14 },
      { code: 'ROTA_ZONE_UNKNOWN', file: wrong, line: 6, suggestion: 'Europe/London' },
    ]);
    const config = file('jobs.config.mjs', [
      "import { defineJob } from '@rota/core';",
      'export default { tenant: "acme", jobs: [',
      '  defineJob({ name: "x", schedule: "61 2 * * *", command: "cmd.exe" }),',
      '] };',
    ]);
    const found = (await rota('validate', '--config', config, '--json')).json().issues;
    expect(found).toMatchObject([{ code: 'ROTA_SCHEDULE_SYNTAX', line: 3 }]);
    expect(found[0].file.replaceAll('/', '\\')).toBe(config);
  });

  test('installs, runs, waits for the end, starts who follows, and remembers', { timeout: 400_000 }, async () => {
    const jobs = file('jobs.yaml', [
      ...manifest('first', 'schedule: "30 2 * * *"', 'timezone: America/New_York', 'command: cmd.exe /c echo hello'),
      '---',
      ...manifest('second', 'on: {after: first}', 'command: cmd.exe /c echo after'),
      '---',
      ...manifest('third', 'on: boot', 'command: cmd.exe /c exit 3'),
    ]);
    expect(await rota('apply', jobs, '--backend', 'embedded', '--yes')).toMatchObject({ code: 0 });
    const { run } = (await rota('run', 'first', '--json')).json();
    expect(run).toMatchObject({ name: 'first', status: 'success', trigger: 'manual' });
    const records = async (): Promise<readonly { name: string; status: string }[]> =>
      (await rota('history', '--json'))
        .json()
        .runs.map(({ name, status }: { name: string; status: string }) => ({ name, status }));
    await expect.poll(records, { timeout: 60_000, interval: 1000 }).toContainEqual({ name: 'second', status: 'success' });
    expect((await rota('logs', 'second')).output).toMatch(/^after\r?\n/);
    expect((await rota('plan', jobs, '--detailed-exitcode')).code).toBe(0);

    const stop = join(folder, 'stop');
    const everything = runAll('rota state', stop);
    await expect.poll(records, { timeout: 60_000, interval: 1000 }).toContainEqual({ name: 'third', status: 'failure' });
    writeFileSync(stop, '');
    expect((await everything).output).toContain('acme/third');
  });

  test('ends with run-all the runners that it started, and their jobs', { timeout: 800_000 }, async () => {
    const [beat, stop] = [join(folder, 'beat'), join(folder, 'stop too')];
    const text = `setInterval(() => require('fs').appendFileSync(${JSON.stringify(machine.path(beat))}, '.'), 50)`;
    const command = `command: '"${machine.exe}" "${file('beat.cjs', [text])}"'`;
    const ended = rotaOn('ended');
    const jobs = file('long.yaml', manifest('long', 'on: boot', command));
    const applied = await ended('apply', jobs, '--backend', 'embedded', '--yes');
    expect(applied.code, applied.output).toBe(0);
    const everything = runAll('ended', stop);
    const size = (): number => (existsSync(beat) ? statSync(beat).size : 0);
    await expect.poll(size, { timeout: 300_000, interval: 500 }).toBeGreaterThan(0);
    writeFileSync(stop, '');
    await everything;
    const runs = async () => (await ended('history', '--json')).json().runs;
    await expect.poll(runs, { timeout: 300_000, interval: 2000 }).toMatchObject([{ name: 'long', status: 'cancelled' }]);
    const last = size();
    await ended('status');
    expect(size()).toBe(last);
  });

  test('renders tasks, whose paths are those of Windows', { timeout: 240_000 }, async () => {
    const jobs = file('one.yaml', manifest('one', 'schedule: "0 2 * * *"', 'timezone: local', 'command: cmd.exe /c exit'));
    const out = join(folder, 'out');
    expect(await rota('render', jobs, '--backend', 'taskscheduler', '--out', machine.path(out))).toMatchObject({ code: 0 });
    const task = readFileSync(join(out, 'rota.default.acme.one.xml'), 'utf16le');
    expect(task).toContain(
      `<Arguments>--headless &quot;${machine.path(join(folder, 'rota state', 'bin', 'rota-run.cmd')).replaceAll('&', '&amp;')}&quot; &quot;`,
    );
    expect(task).toMatch(/<WorkingDirectory>[A-Z]:\\/);
  });

  function cliUrl(): string {
    return `file:///${machine.path(join(repositoryRoot, 'examples/cli/dist/main.js')).replaceAll('\\', '/')}`;
  }
});
