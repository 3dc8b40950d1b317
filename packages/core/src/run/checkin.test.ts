import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import type { Checkin } from '../job/job.ts';
import { endpoint } from './endpoint.test-support.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

const secret = 'tok3n-Ü-0123456789';
const sh = (text: string) => ({ command: [text], shell: true });

const checkin = (url: string, change: Partial<Checkin> = {}): Pick<LaunchFile, 'checkin'> => ({
  checkin: { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner', ...change },
});

describe('a check-in', () => {
  it('tells start and end in the json format, with the Bearer secret, which appears in no file, argument or output', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    writeFileSync(join(rota.scratch, 'secrets.env'), `CHECKIN_SECRET=${encodeURIComponent(secret)}\n`, { mode: 0o600 });
    const shown = encodeURIComponent(secret);
    const path = rota.launchFile({
      ...sh('echo "the secret is $CHECKIN_SECRET"; tr "\\0" "\\n" < /proc/$PPID/cmdline; exit 3'),
      ...checkin(server.url, { start: true, secret: '${CHECKIN_SECRET}' }),
    });
    const { stdout, stderr } = await rota.run(path);
    const [record] = rota.records();
    const common = { job_name: 'job', tenant: 'acme', run_id: record?.runId, scheduled_at: null, host: 'box' };
    const [start, end] = server.messages();
    expect(start).toEqual({ ...common, status: 'running', output: '', duration: 0, exit_code: null });
    const duration = Math.round((record?.durationMs ?? 0) / 1000);
    expect(end).toMatchObject({ ...common, status: 'failure', duration, exit_code: 3 });
    expect(end.output).toContain('the secret is ****');
    for (const { authorization } of server.received) expect(authorization).toBe(`Bearer ${shown}`);
    expect(stdout + stderr).not.toContain(shown);
    for (const file of filesUnder(rota.stateDir)) expect(readFileSync(file, 'utf8'), file).not.toContain(shown);
  });

  it('finds its endpoint by name', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    await rota.run(rota.launchFile(checkin(server.url.replace('127.0.0.1', 'localhost'))));
    expect(server.messages()).toMatchObject([{ status: 'success' }]);
    await rota.run(rota.launchFile(checkin('http://no-such-name.invalid/')));
    expect(rota.spooled()).toHaveLength(1);
  });

  it('speaks the healthchecks format: start, success, exit status, failure by signal, all of one run by its id', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    const base = server.url.replace('/api/checkins', '/ping/abc?create=1');
    const ping = checkin(base, { format: 'healthchecks', start: true });
    for (const command of ['echo fine', 'exit 4', 'kill -KILL $$']) await rota.run(rota.launchFile({ ...sh(command), ...ping }));
    const [one, two, three] = rota.records().map(({ runId }) => runId);
    expect(server.received.map(({ path }) => path)).toEqual([
      `/ping/abc/start?create=1&rid=${one}`,
      `/ping/abc?create=1&rid=${one}`,
      `/ping/abc/start?create=1&rid=${two}`,
      `/ping/abc/4?create=1&rid=${two}`,
      `/ping/abc/start?create=1&rid=${three}`,
      `/ping/abc/fail?create=1&rid=${three}`,
    ]);
    expect(server.received[1]?.body).toBe('fine\n');
    expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['answers 500', (_: IncomingMessage, response: ServerResponse) => void response.writeHead(500).end()],
    ['closes early', (request: IncomingMessage) => void request.socket.destroy()],
    // Each byte would begin the wait anew, if that were for silence.
    ['answers a byte at a time and never ends', dripping],
  ])(
    'is kept when the endpoint %s, and sent by the next run; the outcome and the wall time of the job do not change',
    async (_, answer) => {
      const rota = await runnerUnderTest();
      let away = true;
      const server = await endpoint((request, response) => {
        if (away) answer(request, response);
        else response.end();
      });
      const path = rota.launchFile({ ...sh('echo done'), ...checkin(server.url) });
      expect((await rota.run(path)).code).toBe(0);
      expect(rota.records()[0]).toMatchObject({ status: 'success' });
      // An endpoint that never answers gets five seconds, after the job.
      expect(rota.records()[0]?.durationMs).toBeLessThan(5000);
      expect(rota.spooled()).toHaveLength(1);
      away = false;
      server.received.length = 0;
      await rota.run(path);
      const [first, second] = rota.records();
      expect(new Set(server.messages().map(({ run_id }) => run_id))).toEqual(new Set([first?.runId, second?.runId]));
      expect(rota.spooled()).toEqual([]);
    },
  );

  it('has arrived with the status of the answer, and waits for no end of an answer that never ends', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint((_, response) => {
      response.writeHead(200);
      response.write('{"ok":');
    });
    expect((await rota.run(rota.launchFile({ ...sh('true'), ...checkin(server.url, { start: true }) }))).code).toBe(0);
    expect(server.messages().map(({ status }) => status)).toEqual(['running', 'success']);
    expect(rota.spooled()).toEqual([]);
  });

  it.each(['json', 'healthchecks'] as const)(
    'that waited arrives before that of a later run (%s), for an endpoint may judge by the last',
    async (format) => {
      const rota = await runnerUnderTest();
      let away = true;
      const server = await endpoint((_, response) => void response.writeHead(away ? 503 : 200).end());
      const job = (command: string) => rota.launchFile({ ...sh(command), ...checkin(server.url, { format }) });
      for (const command of ['exit 1', 'true']) await rota.run(job(command));
      expect(rota.spooled()).toHaveLength(2);
      away = false;
      server.received.length = 0;
      await rota.run(job('exit 3'));
      const [one, two, three] = rota.records().map(({ runId }) => runId);
      expect(server.received.map(({ path, body }) => (format === 'json' ? JSON.parse(body).run_id : path))).toEqual(
        format === 'json'
          ? [one, two, three]
          : [`/api/checkins/1?rid=${one}`, `/api/checkins?rid=${two}`, `/api/checkins/3?rid=${three}`],
      );
      expect(rota.spooled()).toEqual([]);
    },
  );

  it('that another process sends from the spool is waited for, so that the later one does not overtake it', async () => {
    const rota = await runnerUnderTest();
    const held: ServerResponse[] = [];
    let mode: 'away' | 'slow' | 'there' = 'away';
    const server = await endpoint((_, response) => {
      if (mode === 'slow') held.push(response);
      else response.writeHead(mode === 'away' ? 503 : 200).end();
    });
    const job = (command: string) => rota.launchFile({ ...sh(command), ...checkin(server.url) });
    await rota.run(job('true'));
    mode = 'slow';
    server.received.length = 0;
    const flushing = rota.run(rota.launchFile({ name: 'other' }));
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    mode = 'there';
    const later = rota.run(job('exit 3'));
    // It has ended, and looks for its turn to report.
    while (rota.spooled().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const response of held) response.destroy();
    await Promise.all([flushing, later]);
    const [first, last] = rota.records().filter(({ name }) => name === 'job');
    // The first try was cut off; whoever was in turn then tried it again.
    expect(server.messages().map(({ run_id }) => run_id)).toEqual([first?.runId, first?.runId, last?.runId]);
  });

  it('that cannot be sent at all, for its secret has a line end too many, keeps no other one waiting', async () => {
    const rota = await runnerUnderTest();
    let away = true;
    const server = await endpoint((_, response) => void response.writeHead(away ? 503 : 200).end());
    writeFileSync(join(rota.scratch, 'token'), `${encodeURIComponent(secret)}\n\n`, { mode: 0o600 });
    const poisoned = rota.launchFile({ ...sh('true'), ...checkin(server.url, { secret: '${file:token}' }) });
    const { code, stderr } = await rota.run(poisoned);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await rota.run(rota.launchFile({ name: 'good', ...checkin(server.url) }));
    expect(rota.spooled()).toHaveLength(2);
    away = false;
    server.received.length = 0;
    await rota.run(rota.launchFile({ name: 'other' }));
    expect(server.messages().map(({ job_name }) => job_name)).toEqual(['good']);
    expect(rota.spooled()).toHaveLength(1);
  });

  it('is kept when nobody listens, and does not hold the next run of the job', async () => {
    const rota = await runnerUnderTest();
    const path = rota.launchFile({ ...sh('true'), ...checkin('http://127.0.0.1:9/x') });
    await Promise.all([rota.run(path)]);
    await rota.run(path);
    expect(rota.records().map(({ status }) => status)).toEqual(['success', 'success']);
    expect(rota.spooled()).toHaveLength(2);
  });

  it('gives up the lock before it reports, so that a slow endpoint makes no fire time skip', async () => {
    const rota = await runnerUnderTest();
    const held: ServerResponse[] = [];
    const server = await endpoint((_, response) => void held.push(response));
    const path = rota.launchFile({ ...sh('true'), ...checkin(server.url) });
    const first = rota.run(path, ['--manual']);
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = rota.run(path, ['--manual']);
    while (held.length === 1) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const response of held) response.end();
    await Promise.all([first, second]);
    expect(rota.records().map(({ status }) => status)).toEqual(['success', 'success']);
  });

  it('reports a run that takes too long while it goes on, and a run that was interrupted when the next one finds it', async () => {
    const rota = await runnerUnderTest();
    const hold = join(rota.scratch, 'hold');
    const whileHeld = 'while [ -e hold ]; do sleep 0.05; done';
    writeFileSync(hold, '');
    const server = await endpoint((_, response) => {
      response.end();
      rmSync(hold, { force: true });
    });
    await rota.run(rota.launchFile({ ...sh(`echo still here; ${whileHeld}`), ...checkin(server.url, { timeoutMs: 300 }) }));
    expect(server.messages().map(({ status }) => status)).toEqual(['timeout', 'success']);
    writeFileSync(hold, '');
    const child = rota.start(rota.launchFile({ ...sh(`touch up; ${whileHeld}`), ...checkin(server.url) }));
    const gone = new Promise((resolve) => child.on('exit', resolve));
    while (!readdirSync(rota.scratch).includes('up')) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGKILL');
    await gone;
    rmSync(hold);
    // What it left running is a run as long as it lives.
    do await rota.run(rota.launchFile({ ...sh('true'), ...checkin(server.url) }));
    while (rota.records().at(-1)?.status === 'skipped');
    const ran = rota.records().filter(({ status }) => status !== 'skipped');
    const ended = ran.map(({ runId, status }) => [runId, status === 'success' ? 'success' : 'failure']);
    const told = new Map(server.messages().map(({ run_id, status }) => [run_id, status]));
    expect(ended.map(([, status]) => status)).toEqual(['success', 'failure', 'success']);
    for (const [runId, status] of ended) expect(told.get(runId)).toBe(status);
  });

  it('leaves it to a job that reports by itself, and steps in when that did not', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    const own = checkin(server.url, { by: 'job' });
    await rota.run(rota.launchFile({ ...sh('[ -n "$ROTA_CHECKIN_URL" ] && touch "$ROTA_CHECKIN_DONE"'), ...own }));
    expect(server.received).toEqual([]);
    await rota.run(rota.launchFile({ ...sh('exit 1'), ...own }));
    expect(server.messages().map(({ status }) => status)).toEqual(['failure']);
  });
});

function dripping({ socket }: IncomingMessage): void {
  socket.write('HTTP/1.1 200 OK\r\nX-Endless: ');
  const timer = setInterval(() => socket.write('x'), 200);
  socket.on('close', () => clearInterval(timer));
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}
