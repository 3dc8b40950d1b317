import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { endpoint } from './endpoint.test-support.ts';
import { quickTimers } from './quick-timers.test-support.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

const sh = (text: string) => ({ command: [text], shell: true });

describe('an alert', () => {
  it('tells of failure and recovery by webhook and command, with what helps, and nothing else', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    const alerts: LaunchFile['alerts'] = {
      on: ['failure', 'recovery'],
      channels: [
        { kind: 'webhook', url: '${HOOK}' },
        { kind: 'command', command: ['/bin/sh', '-c', 'echo "$ROTA_ALERT: $ROTA_ALERT_TEXT" >> told; cat > last.json'] },
      ],
    };
    const job = (text: string) => rota.launchFile({ ...sh(text), alerts, about: { docs: 'https://example.test/runbook' } });
    for (const text of ['true', 'echo oops; exit 2', 'true', 'true']) await rota.run(job(text), [], { HOOK: server.url });
    expect(server.messages()).toMatchObject([
      { event: 'failure', exit_code: 2, output: 'oops\n', about: { docs: 'https://example.test/runbook' }, job_name: 'job' },
      { event: 'recovery', status: 'success' },
    ]);
    expect(readFileSync(join(rota.scratch, 'told'), 'utf8')).toBe(
      'failure: It ended in failure: exit status 2\nrecovery: It ended well again.\n',
    );
    expect(JSON.parse(readFileSync(join(rota.scratch, 'last.json'), 'utf8'))).toMatchObject({ event: 'recovery' });
  });

  it.each([
    ['', false],
    [', also where nothing that waits can be written', true],
  ])('tells once of a run that takes too long while it goes on, as soon as its channel is there%s', async (_, isInTheWay) => {
    const rota = await runnerUnderTest();
    if (isInTheWay) writeFileSync(rota.layout.spool, 'until the job ends');
    const hold = join(rota.scratch, 'hold');
    writeFileSync(hold, '');
    let tries = 0;
    // Away at first; the job goes on until both have arrived.
    const server = await endpoint((_, response) => {
      tries += 1;
      response.writeHead(tries <= 2 ? 503 : 200).end();
      if (tries === 4) rmSync(hold);
    });
    const alerts: LaunchFile['alerts'] = { on: ['late'], channels: [{ kind: 'webhook', url: server.url }] };
    const checkin = { enabled: true, url: server.url, timeoutMs: 20_000, format: 'json', start: false, by: 'runner' } as const;
    const { env, waited } = quickTimers(rota.scratch);
    const end = isInTheWay ? `rm ${rota.layout.spool}` : '';
    const job = { ...sh(`while [ -e hold ]; do sleep 0.05; done\n${end}`), alerts, checkin };
    const { code } = await rota.run(rota.launchFile(job), [], env);
    expect(code).toBe(0);
    const [record] = rota.records();
    expect(record?.status).toBe('success');
    const told = server.messages().map(({ event, status, run_id }) => [event ?? status, run_id]);
    const both = [
      ['late', record?.runId],
      ['timeout', record?.runId],
    ];
    expect(told.slice(0, 2).sort()).toEqual(both);
    expect(told.slice(2, 4).sort()).toEqual(both);
    expect(told.slice(4)).toEqual([['success', record?.runId]]);
    const late = server.messages().find(({ event }) => event === 'late');
    expect(late).toMatchObject({ text: 'It has been running for more than 20 s.', status: null });
    // When it was late, and a minute after each vain try.
    expect(waited()).toEqual([20_000, 60_000]);
    expect(rota.spooled()).toEqual([]);
  });

  it('that found neither its channel nor room to wait while the job ran waits once there is room, or is said to be lost', async () => {
    const rota = await runnerUnderTest();
    writeFileSync(rota.layout.spool, 'in the way');
    const hold = join(rota.scratch, 'hold');
    let away = true;
    const server = await endpoint((_, response) => {
      response.writeHead(away ? 503 : 200).end();
      rmSync(hold, { force: true });
    });
    const alerts: LaunchFile['alerts'] = { on: ['late'], channels: [{ kind: 'webhook', url: server.url }] };
    const run = (end: string) => {
      writeFileSync(hold, '');
      const { env } = quickTimers(rota.scratch, { count: 1 });
      const job = { ...sh(`while [ -e hold ]; do sleep 0.05; done\n${end}`), alerts, timeoutMs: 20_000 };
      return rota.run(rota.launchFile(job), [], env);
    };
    const lost = await run('true');
    expect(lost.stderr).toContain('An alert of acme/job is lost');
    const kept = await run(`rm ${rota.layout.spool}`);
    expect(kept.stderr).not.toContain('is lost');
    expect(rota.spooled()).toHaveLength(1);
    away = false;
    server.received.length = 0;
    await rota.run(rota.launchFile({ name: 'other' }));
    expect(server.messages()).toMatchObject([{ event: 'late', job_name: 'job' }]);
    expect(rota.spooled()).toEqual([]);
  });

  it('does not change the outcome when a channel is broken', async () => {
    const rota = await runnerUnderTest();
    const alerts: LaunchFile['alerts'] = {
      on: ['failure'],
      channels: [{ kind: 'command', command: ['no-such-mailer'] }, { kind: 'desktop' }],
    };
    const { code, stderr } = await rota.run(rota.launchFile({ ...sh('exit 6'), alerts }));
    expect(code).toBe(6);
    expect(stderr).toContain('no-such-mailer');
    expect(rota.records()[0]).toMatchObject({ status: 'failure', exitCode: 6 });
  });

  it('whose host name cannot be resolved says so, and that the network may be away', async () => {
    const rota = await runnerUnderTest();
    // There is no such name (RFC 6761, section 6.4).
    const alerts: LaunchFile['alerts'] = { on: ['failure'], channels: [{ kind: 'webhook', url: 'http://monitor.invalid/' }] };
    const { stderr } = await rota.run(rota.launchFile({ ...sh('exit 1'), alerts }));
    expect(stderr).toContain('its host name could not be resolved: it is wrong, or the network is away');
    expect(rota.spooled()).toHaveLength(1);
  });

  it('that cannot be delivered waits, each channel for itself, and the next run of any job delivers it once', async () => {
    const rota = await runnerUnderTest();
    let away = true;
    const server = await endpoint((_, response) => void response.writeHead(away ? 503 : 200).end());
    const alerts: LaunchFile['alerts'] = {
      on: ['failure'],
      channels: [
        { kind: 'webhook', url: '${HOOK}' },
        { kind: 'command', command: ['/bin/sh', '-c', 'echo "$ROTA_ALERT of $ROTA_JOB" >> told'] },
      ],
    };
    writeFileSync(join(rota.scratch, 'secrets.env'), `HOOK=${server.url}\n`, { mode: 0o600 });
    const { stderr } = await rota.run(rota.launchFile({ ...sh('exit 2'), alerts }));
    expect(stderr).toContain('the answer was 503');
    expect(rota.spooled()).toHaveLength(1);
    for (const name of rota.spooled()) expect(readFileSync(join(rota.layout.spool, name), 'utf8')).not.toContain(server.url);
    away = false;
    server.received.length = 0;
    for (const name of ['other', 'other']) await rota.run(rota.launchFile({ name }));
    expect(server.messages()).toMatchObject([{ event: 'failure', job_name: 'job', exit_code: 2 }]);
    expect(rota.spooled()).toEqual([]);
    expect(readFileSync(join(rota.scratch, 'told'), 'utf8')).toBe('failure of job\n');
  });

  it('goes out for a run whose runner was killed, and again when that has ended well', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    const alerts: LaunchFile['alerts'] = { on: ['failure', 'recovery'], channels: [{ kind: 'webhook', url: server.url }] };
    writeFileSync(join(rota.scratch, 'hold'), '');
    const child = rota.start(rota.launchFile({ ...sh('touch up; while [ -e hold ]; do sleep 0.05; done'), alerts }));
    const gone = new Promise((resolve) => child.on('exit', resolve));
    while (!existsSync(join(rota.scratch, 'up'))) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGKILL');
    await gone;
    rmSync(join(rota.scratch, 'hold'));
    // What it left running is a run as long as it lives.
    do await rota.run(rota.launchFile({ alerts }));
    while (rota.records().at(-1)?.status === 'skipped');
    const [interrupted, ended] = rota.records().filter(({ status }) => status !== 'skipped');
    expect(server.messages().map(({ event, run_id }) => [event, run_id])).toEqual([
      ['failure', interrupted?.runId],
      ['recovery', ended?.runId],
    ]);
  });

  it('keeps the runner no longer than it takes to tell, whatever the module of a plugin leaves open, and cuts no output off', async () => {
    const rota = await runnerUnderTest();
    const module = join(rota.scratch, 'open.mjs');
    writeFileSync(module, 'export function send() { setInterval(() => {}, 1000); }');
    const alerts: LaunchFile['alerts'] = { on: ['failure'], channels: [{ kind: 'plugin', name: 'open', module, options: {} }] };
    const { code, stdout, stderr } = await rota.run(rota.launchFile({ ...sh('seq 50000; exit 4'), backend: 'systemd', alerts }));
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
    expect(stdout.split('\n').at(-2)).toBe('50000');
  });

  it('goes through the module of a plugin, with its options resolved, and waits when that throws', async () => {
    const rota = await runnerUnderTest();
    const told = join(rota.scratch, 'told.json');
    const module = join(rota.scratch, 'pager.mjs');
    writeFileSync(
      module,
      `import { existsSync, writeFileSync } from 'node:fs';
      export async function send(message, { options }) {
        if (!existsSync(options.line)) throw new Error('the line is dead');
        writeFileSync(${JSON.stringify(told)}, JSON.stringify({ event: message.event, options }));
      }`,
    );
    const line = join(rota.scratch, 'line');
    const channel = { kind: 'plugin', name: 'pager', module, options: { to: '${PAGER}', line, loud: true } } as const;
    const alerts: LaunchFile['alerts'] = { on: ['failure'], channels: [channel] };
    const { stderr } = await rota.run(rota.launchFile({ ...sh('exit 1'), alerts }), [], { PAGER: 'ada' });
    expect(stderr).toContain('The alert channel pager failed: the line is dead');
    expect(rota.spooled()).toHaveLength(1);
    writeFileSync(line, '');
    await rota.run(rota.launchFile({ name: 'other' }), [], { PAGER: 'ada' });
    expect(JSON.parse(readFileSync(told, 'utf8'))).toEqual({ event: 'failure', options: { to: 'ada', line, loud: true } });
    expect(rota.spooled()).toEqual([]);
  });
});
