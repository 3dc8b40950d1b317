import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunnerUnderTest, runnerUnderTest } from './runner-under-test.test-support.ts';

let rota: RunnerUnderTest;
const sh = (text: string) => ({ command: [text], shell: true });

/** A zombie that nobody reaps runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

beforeAll(async () => {
  rota = await runnerUnderTest();
});

describe('a run', () => {
  it('passes on the exit status of the job and records it', async () => {
    rota = await runnerUnderTest();
    expect((await rota.run(rota.launchFile({}))).code).toBe(0);
    expect((await rota.run(rota.launchFile(sh('exit 7')))).code).toBe(7);
    expect((await rota.run(rota.launchFile(sh('kill -USR1 $$')))).code).toBe(138);
    expect((await rota.run(rota.launchFile({ command: ['no-such-program'] }))).code).toBe(127);
    const records = rota.records();
    expect(records.map(({ status, exitCode, signal }) => [status, exitCode, signal])).toEqual([
      ['success', 0, null],
      ['failure', 7, null],
      ['failure', null, 'SIGUSR1'],
      ['failure', 127, null],
    ]);
    expect(records[3]?.reason).toContain('no-such-program');
    for (const record of records) expect(record).toMatchObject({ tenant: 'acme', name: 'job', attempts: 1, backend: 'cron' });
  });

  it('tells the job who it is, and gives it its declared environment', async () => {
    rota = await runnerUnderTest();
    await rota.run(rota.launchFile({ ...sh('env'), env: { PATH: '/usr/bin:/bin', GREETING: 'good  day' } }), ['--manual']);
    const [record] = rota.records();
    const output = record === undefined ? '' : rota.output(record);
    for (const line of [
      'ROTA_JOB=job',
      'ROTA_TENANT=acme',
      `ROTA_RUN_ID=${record?.runId}`,
      'ROTA_SCHEDULED_AT=',
      'GREETING=good  day',
    ]) {
      expect(output.split('\n')).toContain(line);
    }
    expect(record?.trigger).toBe('manual');
  });

  it('resolves references when it runs, and masks what they stand for in the output', async () => {
    rota = await runnerUnderTest();
    writeFileSync(join(rota.scratch, 'secrets.env'), "TOKEN='s3cr3t value'\n", { mode: 0o600 });
    writeFileSync(join(rota.scratch, 'key'), 'key from file\n');
    const env = {
      PATH: '/usr/bin:/bin',
      A: 'Bearer ${TOKEN}',
      B: '${file:key}',
      C: '${command:printf "from command"}',
      D: '$${TOKEN}',
      E: '${NAME}',
      NAME: 'literal',
    };
    const launch = rota.launchFile({ ...sh('printf "%s|" "$A" "$B" "$C" "$D" "$E" > seen; printf "%s %s" "$A" "$E"'), env });
    await rota.run(launch);
    expect(readFileSync(join(rota.scratch, 'seen'), 'utf8')).toBe(
      'Bearer s3cr3t value|key from file|from command|${TOKEN}|literal|',
    );
    const [record] = rota.records();
    expect(record === undefined ? '' : rota.output(record)).toBe('Bearer **** literal');
  });

  it('fails by name before it starts when a reference is not set', async () => {
    rota = await runnerUnderTest();
    const launch = rota.launchFile({ ...sh('touch started'), env: { PATH: '/bin', A: '${NOT_SET}' } });
    expect((await rota.run(launch)).code).toBe(78);
    expect(rota.records()[0]).toMatchObject({ status: 'failure', attempts: 0, exitCode: null });
    expect(rota.records()[0]?.reason).toContain('NOT_SET');
  });

  it('refuses a secrets file that others can read', async () => {
    rota = await runnerUnderTest();
    writeFileSync(join(rota.scratch, 'secrets.env'), 'TOKEN=abc\n', { mode: 0o644 });
    expect((await rota.run(rota.launchFile({ env: { PATH: '/bin', A: '${TOKEN}' } }))).code).toBe(78);
    expect(rota.records()[0]?.reason).toContain('chmod 600');
  });

  it('retries as often as allowed and stops at the first success', async () => {
    rota = await runnerUnderTest();
    const retry = { enabled: true, attempts: 3, backoff: 'exponential', delayMs: 1, maxDelayMs: 10 } as const;
    expect((await rota.run(rota.launchFile({ ...sh('exit 3'), retry }))).code).toBe(3);
    expect(rota.records()[0]).toMatchObject({ status: 'failure', attempts: 4 });
    const second = sh('n=$(cat n 2>/dev/null || echo 0); echo $((n + 1)) > n; [ $n -ge 2 ]');
    expect((await rota.run(rota.launchFile({ ...second, retry }))).code).toBe(0);
    expect(rota.records()[1]).toMatchObject({ status: 'success', attempts: 3 });
  });

  it('ends the whole process group at the time-out, also what ignores TERM', async () => {
    rota = await runnerUnderTest();
    const launch = rota.launchFile({
      ...sh('trap "" TERM; sleep 60 & echo $! > child; wait; sleep 60'),
      // On a busy machine the shell sets its trap within this.
      timeoutMs: 4000,
      graceMs: 300,
    });
    const began = Date.now();
    expect((await rota.run(launch)).code).toBe(124);
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(rota.records()[0]).toMatchObject({ status: 'timeout', signal: 'SIGKILL' });
    const child = Number(readFileSync(join(rota.scratch, 'child'), 'utf8'));
    expect(isRunning(child)).toBe(false);
  });

  it('passes TERM on to the job and records that it was cancelled', async () => {
    rota = await runnerUnderTest();
    const child = rota.start(
      rota.launchFile(sh('trap "echo got it; exit 5" TERM; echo ready > ready; while :; do sleep 0.05; done')),
    );
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    while (!existsSync(join(rota.scratch, 'ready'))) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGTERM');
    expect(await ended).toBe(5);
    const [record] = rota.records();
    expect(record).toMatchObject({ status: 'cancelled', exitCode: 5 });
    expect(record === undefined ? '' : rota.output(record)).toContain('got it');
  });
});
