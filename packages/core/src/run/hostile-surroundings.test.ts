import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LaunchGate } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { readJobState } from './admit/job-state.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

const gateIn = (timezone: string): LaunchGate => ({
  expression: '* * * * *',
  timezone,
  zoneRoots: ['/usr/share/zoneinfo'],
  persistent: false,
  startingDeadlineMs: null,
});

it('a job goes on, and its output is kept, when whoever reads the output of the runner is gone', async () => {
  const rota = await runnerUnderTest();
  const command = ['for line in 1 2 3 4 5; do echo "line $line"; sleep 0.1; done; echo end >&2'];
  const child = rota.start(rota.launchFile({ command, shell: true, backend: 'systemd' }));
  child.stdout?.once('data', () => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
  expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
  const [record] = rota.records();
  expect(record?.status).toBe('success');
  expect(record && rota.output(record)).toBe('line 1\nline 2\nline 3\nline 4\nline 5\nend\n');
});

it('a state that cannot be written keeps the job from starting, with one line that says so', async () => {
  const rota = await runnerUnderTest();
  const path = rota.launchFile({ command: ['touch ran'], shell: true });
  writeFileSync(rota.layout.handled, '');
  const { code, stderr } = await rota.run(path);
  expect(code).toBe(74);
  expect(stderr).toMatch(
    /^rota-run: acme\/job was not run: the state in .* cannot be read or written \(.+\)\. `rota doctor` looks at .*\n$/,
  );
  expect(nodeFiles.list(rota.scratch)).toEqual([]);
});

it('a run whose end cannot be recorded still answers with its own status, and the next one makes up for the record', async () => {
  const rota = await runnerUnderTest();
  const command = [`if [ -e once ]; then exit 0; fi; touch once; rm -rf ${rota.layout.runs}; touch ${rota.layout.runs}; exit 3`];
  const path = rota.launchFile({ command, shell: true });
  const { code, stderr } = await rota.run(path);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^rota-run: acme\/job ended in failure, but the state in .* cannot be read or written/);
  rmSync(rota.layout.runs);
  expect((await rota.run(path)).code).toBe(0);
  expect(rota.records().map(({ status }) => status)).toEqual(['interrupted', 'success']);
});

it('a zone that is gone is a failed run with the reason in the history', async () => {
  const rota = await runnerUnderTest();
  const { code, stderr } = await rota.run(rota.launchFile({ gate: gateIn('Nowhere/Atall') }));
  expect(code).toBe(78);
  expect(stderr).toMatch(/^rota-run: acme\/job was not run: There is no time zone "Nowhere\/Atall"/);
  expect(rota.records().map(({ status, reason }) => [status, reason])).toEqual([
    ['failure', expect.stringContaining('There is no time zone "Nowhere/Atall"')],
  ]);
});

it('a memory that the disk has damaged is read as far as it makes sense', async () => {
  const rota = await runnerUnderTest();
  const path = rota.launchFile({ gate: gateIn('UTC') });
  nodeFiles.write(join(rota.layout.handled, 'acme.job.jsonl'), '{"claims":[null,1,{"owner":null},{"owner":{}}],"handled":5}\n');
  expect((await rota.run(path)).code).toBe(0);
  expect(readJobState(nodeFiles, rota.layout, { tenant: 'acme', name: 'job' }).claims).toEqual([]);
});

it('what keeps a program from starting is told apart', async () => {
  const rota = await runnerUnderTest();
  const script = join(rota.scratch, 'script');
  writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o700 });
  const reasonOf = async (...[change]: Parameters<typeof rota.launchFile>) => {
    await rota.run(rota.launchFile(change));
    return rota.records().at(-1)?.reason;
  };
  expect(await reasonOf({ command: ['./script'] })).toBe('The interpreter in the first line of ./script was not found.');
  expect(await reasonOf({ command: ['./absent'] })).toBe('The program ./absent was not found.');
  expect(await reasonOf({ workingDir: script })).toBe(`The working folder ${script} may not be entered.`);
});
