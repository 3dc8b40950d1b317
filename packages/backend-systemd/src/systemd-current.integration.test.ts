import { type Job, type RunRecord, recorderScript } from '@rota/core';
import { requirePart, testMachine, testMachinePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { compileJob } from './testing/compile-job.ts';

const describe = requirePart(testMachinePart);

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string; readonly title: string }[] }[];
}

describe('on a booted Debian with a current systemd and linger', () => {
  test('the tests of the real user manager pass too', async () => {
    const machine = await testMachine('systemd-current');
    const version = await machine.output('systemctl', ['--version']);
    expect(Number(/^systemd (\d+)/.exec(version)?.[1])).toBeGreaterThanOrEqual(257);
    const result = await machine.exec(
      'node',
      [
        '/src/node_modules/vitest/vitest.mjs',
        'run',
        '--configLoader=runner',
        '--project=integration',
        '--reporter=json',
        'packages/backend-systemd/src/systemd.integration.test.ts',
      ],
      { user: 'tester', cwd: '/src', env: { CI: '1', HOME: '/home/tester' }, timeoutMs: 240_000 },
    );
    const report: Report = JSON.parse(/^\{.*\}$/m.exec(result.stdout)?.[0] ?? '{"testResults":[]}');
    const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(tests.length, result.stdout + result.stderr).toBeGreaterThanOrEqual(8);
    expect(tests.filter(({ status }) => status !== 'passed')).toEqual([]);
  });

  test('a boot job runs once at each boot, and a persistent one for what the machine slept through', async () => {
    const machine = await testMachine('systemd-boot');
    const home = '/home/tester';
    const stateDir = `${home}/state`;
    const put = async (path: string, text: string): Promise<void> => {
      await machine.output('sh', ['-c', 'mkdir -p "$(dirname "$1")" && cat > "$1"', 'sh', path], { user: 'tester', input: text });
    };
    await put(`${stateDir}/bin/record`, recorderScript(stateDir));
    const at = new Date(Date.now() - 3_600_000);
    const jobs: readonly Partial<Job>[] = [
      { name: 'boot', trigger: { kind: 'boot' } },
      {
        name: 'missed',
        persistent: true,
        trigger: { kind: 'schedule', expression: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, timezone: 'UTC' },
      },
    ];
    const units = `${home}/.config/systemd/user`;
    for (const job of jobs) {
      const options = { namespace: 'boot', home, stateDir, dialect: { name: 'systemd', version: 262 } };
      for (const { name, content } of compileJob(job, options).artifact.files) await put(`${units}/${name}`, content);
    }
    await put(`${home}/.local/share/systemd/timers/stamp-rota.boot.acme.missed.timer`, '');
    const day = String(Math.floor(Date.now() / 1000) - 86_400);
    const install = `cd ${units}; mkdir -p timers.target.wants; for t in *.timer; do ln -s "$PWD/$t" timers.target.wants/; done
      touch -d @${day} ~/.local/share/systemd/timers/stamp-*; systemctl --user daemon-reload; sleep 1; ls ${stateDir}/namespaces 2>&1 || true`;
    expect(await machine.output('sh', ['-c', install], { user: 'tester' })).toContain('No such file');
    await machine.reboot();
    const read = `for i in $(seq 600); do [ $(cat ${stateDir}/namespaces/boot/runs/* 2>/dev/null | wc -l) -ge 2 ] && break; sleep 0.2; done; sleep 1; cat ${stateDir}/namespaces/boot/runs/*`;
    const records = (await machine.output('sh', ['-c', read])).split('\n').map((line): RunRecord => JSON.parse(line));
    expect(records.map(({ name, status, trigger }) => [name, status, trigger]).sort()).toEqual([
      ['boot', 'success', 'event'],
      ['missed', 'success', 'schedule'],
    ]);
  });
});
