import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost, withLock } from '@rota/core';
import { commandPart, output, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { beforeEach, expect, it } from 'vitest';
import { manifest } from '../testing/cli-workplace.ts';
import { type RotaCall, rotaProcess } from '../testing/rota-process.ts';

const built = {
  name: 'the built command',
  present: existsSync(`${repositoryRoot}examples/cli/dist/main.js`),
  install: 'npm run build',
};
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

requirePart(commandPart('faketime'), built)('with a clock that is not right', () => {
  let folder: string;
  let home: string;
  /** Where the clock of a command is set, from the real time on; as `+1d`. */
  let clock: string;
  let rota: (args: readonly string[]) => Promise<RotaCall>;

  beforeEach(async () => {
    [folder, home] = [temporaryFolder(), temporaryFolder()];
    clock = join(folder, 'clock');
    const preload = (await output('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'])).trim();
    rota = rotaProcess(folder, {
      HOME: home,
      LD_PRELOAD: preload,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    });
    declare('1');
    set('+0');
  });
  const set = (offset: string): void => writeFileSync(clock, `${offset}\n`);
  const declare = (argument: string): void =>
    writeFileSync(join(folder, 'job.yaml'), manifest('job', { command: '/bin/echo', args: [argument], schedule: '0 2 * * *' }));
  const apply = () => rota(['apply', 'job.yaml', '--backend', 'embedded', '--yes', '--json']);
  const json = async (...args: readonly string[]) => JSON.parse((await rota([...args, '--json'])).stdout);
  const doctor = async (): Promise<readonly { readonly code: string; readonly remedy?: string }[]> =>
    (await json('doctor')).findings.filter(({ code }: { code: string }) => code.startsWith('clock.'));

  it('the doctor says that it was set back, until something is recorded by the right one; the plan is empty and the job is due as ever', async () => {
    set('+2d');
    expect((await apply()).exitCode).toBe(0);
    set('+0');
    const behind = (await doctor()).find(({ code }) => code === 'clock.behind');
    expect(behind).toMatchObject({ severity: 'error', remedy: expect.stringContaining('timedatectl set-ntp true') });
    expect((await rota(['doctor'])).exitCode).toBe(1);
    expect((await rota(['plan', 'job.yaml', '--detailed-exitcode'])).exitCode).toBe(0);
    const [job] = (await json('status')).jobs;
    expect(Date.parse(job.nextRun) - Date.now()).toBeLessThan(86_400_000);
    declare('2');
    expect((await apply()).exitCode).toBe(0);
    expect((await doctor()).map(({ code }) => code)).not.toContain('clock.behind');
    expect((await rota(['rollback', '--yes'])).exitCode).toBe(0);
  });

  it('a plan is empty a year after the apply as right after it; when half of the horizon is used up, that is the reason for an update', async () => {
    expect((await apply()).exitCode).toBe(0);
    for (const years of [0, 1, 3]) {
      set(`+${years * 365}d`);
      expect((await rota(['plan', 'job.yaml', '--detailed-exitcode'])).exitCode, `${years} years on`).toBe(0);
    }
    set(`+${6 * 365}d`);
    const { exitCode, stdout } = await rota(['plan', 'job.yaml', '--detailed-exitcode', '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).changes).toMatchObject([{ action: 'update', reasons: ['horizon'] }]);
  });

  it.each(['+1d', '-1d'])(
    'an apply that waits while it is set %s is done, or says who it waits for; nothing is half done',
    async (jump) => {
      expect((await apply()).exitCode).toBe(0);
      declare('2');
      const state = join(home, '.local/state/rota');
      const host = createHost({ stateDir: state });
      const waiting = await withLock(host, join(state, 'namespaces/default/lock'), { purpose: 'try out' }, async () => {
        const applied = apply();
        await sleep(4000);
        set(jump);
        await sleep(1000);
        return { applied };
      });
      const { exitCode, stdout } = await waiting.applied;
      const { error } = JSON.parse(stdout);
      if (exitCode !== 0)
        expect(error).toMatchObject({
          code: 'ROTA_LOCK_HELD',
          message: expect.stringContaining(`process ${process.pid}, try out`),
        });
      // Whose clock goes back waits no longer than it would have.
      if (jump === '-1d') expect(error).toBeUndefined();
      expect((await apply()).exitCode).toBe(0);
      expect((await rota(['plan', 'job.yaml', '--detailed-exitcode'])).exitCode).toBe(0);
      expect((await json('status')).jobs).toMatchObject([{ name: 'job', state: 'waiting' }]);
      expect(host.files.list(join(state, 'namespaces/default'))).not.toContain('journal.json');
    },
  );
});
