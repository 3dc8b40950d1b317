import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { unmetRequirement } from './admit/unmet-requirement.ts';
import { endpoint } from './endpoint.test-support.ts';
import { installLauncher } from './launch/install-launcher.ts';
import { runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

const sh = (text: string) => ({ command: [text], shell: true });
const nothing: LaunchFile['requires'] = { commands: [], files: [], units: [] };

describe('a run', () => {
  it('is skipped with the reason when something that it requires is missing', async () => {
    const rota = await runnerUnderTest();
    const cases: [Partial<LaunchFile['requires']>, string][] = [
      [{ commands: ['sh', 'no-such-command'] }, 'no-such-command'],
      [{ files: ['missing.txt'] }, 'missing.txt'],
      [{ units: ['no-such-unit.service'] }, 'no-such-unit.service'],
    ];
    for (const [requires, word] of cases) {
      expect((await rota.run(rota.launchFile({ ...sh('touch ran'), requires: { ...nothing, ...requires } }))).code).toBe(0);
      expect(rota.records().at(-1)).toMatchObject({ status: 'skipped', attempts: 0 });
      expect(rota.records().at(-1)?.reason).toContain(word);
    }
    expect(existsSync(join(rota.scratch, 'ran'))).toBe(false);
  });

  it('finds a required file in the working folder, in the home folder, or where its path says', async () => {
    const home = mkdtempSync(join(tmpdir(), 'rota-home-'));
    const folder = join(home, 'work');
    mkdirSync(folder);
    writeFileSync(join(home, '.netrc'), '');
    writeFileSync(join(folder, 'here'), '');
    const ask = (file: string, env: NodeJS.ProcessEnv = { HOME: home }) =>
      unmetRequirement({
        requires: { ...nothing, files: [file] },
        workingDir: folder,
        env,
        sleep: async () => undefined,
        cancel: new AbortController().signal,
      });
    for (const there of ['~/.netrc', 'here', '../.netrc', join(home, '.netrc')]) expect(await ask(there)).toBeNull();
    expect(await ask('.netrc')).toBe(`The file ${join(folder, '.netrc')} does not exist.`);
    // Windows has no HOME.
    expect(await ask('~/.netrc', { USERPROFILE: home })).toBeNull();
    expect(await ask('~/none')).toBe(`The file ${join(home, 'none')} does not exist.`);
    rmSync(home, { recursive: true });
  });

  it('waits for the network as long as it may, and runs on battery only where it may', async () => {
    const root = mkdtempSync(join(tmpdir(), 'rota-machine-'));
    afterFile(() => rmSync(root, { recursive: true, force: true }));
    mkdirSync(join(root, 'proc/net'), { recursive: true });
    mkdirSync(join(root, 'sys/class/power_supply/AC'), { recursive: true });
    const header = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
    writeFileSync(join(root, 'proc/net/route'), header);
    const sleeps: number[] = [];
    const ask = (requires: Partial<LaunchFile['requires']>) =>
      unmetRequirement({
        requires: { ...nothing, ...requires },
        workingDir: root,
        env: {},
        cancel: new AbortController().signal,
        machineRoot: root,
        async sleep(ms) {
          sleeps.push(ms);
          writeFileSync(join(root, 'proc/net/route'), `${header}eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n`);
        },
      });
    expect(await ask({ network: { waitMs: 0 } })).toContain('no network');
    expect(await ask({ network: { waitMs: 60_000 } })).toBeNull();
    expect(sleeps).toHaveLength(1);
    writeFileSync(join(root, 'sys/class/power_supply/AC/type'), 'Mains\n');
    writeFileSync(join(root, 'sys/class/power_supply/AC/online'), '0\n');
    expect(await ask({ power: 'ac' })).toContain('battery');
    writeFileSync(join(root, 'sys/class/power_supply/AC/online'), '1\n');
    expect(await ask({ power: 'ac' })).toBeNull();
  });

  it('runs only after the jobs that it depends on have succeeded, within the window', async () => {
    const rota = await runnerUnderTest();
    const on = (withinMs?: number) => ({
      name: 'after',
      dependsOn: [{ job: { tenant: 'acme', name: 'first' }, ...(withinMs === undefined ? {} : { withinMs }) }],
    });
    const reason = async (change: Partial<LaunchFile>): Promise<string | null | undefined> => {
      await rota.run(rota.launchFile(change));
      return rota.records().at(-1)?.reason;
    };
    expect(await reason(on())).toContain('has not run yet');
    await rota.run(rota.launchFile({ name: 'first', ...sh('exit 1') }));
    expect(await reason(on())).toContain('failure');
    await rota.run(rota.launchFile({ name: 'first' }));
    expect(await reason(on(60_000))).toBeNull();
    expect(await reason(on(1))).toContain('older than');
  });

  it('runs its hooks in order; one that fails before the job keeps it from starting, one after it changes nothing', async () => {
    const rota = await runnerUnderTest();
    const say = (word: string): string[] => ['/bin/sh', '-c', `echo ${word} $ROTA_STATUS >> order`];
    const hooks = {
      before: [say('before')],
      onSuccess: [say('well')],
      onFailure: [say('badly')],
      always: [say('always'), ['/bin/false']],
    };
    expect((await rota.run(rota.launchFile({ ...sh('echo job >> order'), hooks }))).code).toBe(0);
    expect((await rota.run(rota.launchFile({ ...sh('echo job >> order; exit 5'), hooks }))).code).toBe(5);
    const refused = { ...hooks, before: [['/bin/false'], say('not reached')] };
    expect((await rota.run(rota.launchFile({ ...sh('echo job >> order'), hooks: refused }))).code).toBe(78);
    const order =
      'before\njob\nwell success\nalways success\nbefore\njob\nbadly failure\nalways failure\nbadly failure\nalways failure\n';
    expect(readFileSync(join(rota.scratch, 'order'), 'utf8').replaceAll(' \n', '\n')).toBe(order);
    expect(rota.records().at(-1)).toMatchObject({ status: 'failure', attempts: 0 });
  });

  it('starts the jobs that follow it when it ends well, and only then', async () => {
    const rota = await runnerUnderTest();
    installLauncher({ files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' }, { bundlePath: await runnerBundle() });
    const launchFile = rota.launchFile({ name: 'follower' });
    const followers = [{ tenant: 'acme', name: 'follower', start: null, launchFile }];
    await rota.run(rota.launchFile({ ...sh('exit 1'), followers }));
    await rota.run(rota.launchFile({ ...sh('true'), followers }));
    while (!rota.records().some(({ name }) => name === 'follower')) await new Promise((resolve) => setTimeout(resolve, 30));
    expect(rota.records().filter(({ name }) => name === 'follower')).toMatchObject([{ status: 'success', trigger: 'event' }]);
  });

  it('leaves a failed run in the history of a follower that could not be started, and tells of it as of any other', async () => {
    const rota = await runnerUnderTest();
    const server = await endpoint();
    const alerts: LaunchFile['alerts'] = { on: ['failure'], channels: [{ kind: 'webhook', url: server.url }] };
    const launchFile = rota.launchFile({ name: 'follower', alerts });
    const follower = { tenant: 'acme', name: 'follower', start: ['/bin/false'], launchFile };
    expect((await rota.run(rota.launchFile({ followers: [follower] }))).code).toBe(0);
    const reason = 'It was to follow acme/job and was not started: /bin/false ended with status 1.';
    expect(rota.records()).toMatchObject([
      { name: 'job', status: 'success' },
      { name: 'follower', status: 'failure', reason, attempts: 0, trigger: 'event' },
    ]);
    expect(server.messages()).toMatchObject([{ event: 'failure', job_name: 'follower' }]);
    expect(rota.spooled()).toEqual([]);
  });

  it('starts them also when it is killed while its endpoint does not answer', async () => {
    const rota = await runnerUnderTest();
    installLauncher({ files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' }, { bundlePath: await runnerBundle() });
    const server = await endpoint(() => undefined);
    const checkin = { enabled: true, url: server.url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' } as const;
    const followers = [{ tenant: 'acme', name: 'follower', start: null, launchFile: rota.launchFile({ name: 'follower' }) }];
    const child = rota.start(rota.launchFile({ checkin, followers }));
    const gone = new Promise((resolve) => child.on('exit', resolve));
    while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await gone;
    await expect.poll(() => rota.records().some(({ name }) => name === 'follower'), { timeout: 30_000 }).toBe(true);
  });

  it('keeps the end of long output within its limit, of the newest runs only', async () => {
    const rota = await runnerUnderTest();
    const output = { maxBytes: 10_000, keep: 3 };
    const path = rota.launchFile({ ...sh('seq 1 20000'), output });
    for (let run = 0; run < 5; run++) await rota.run(path);
    const folder = join(rota.layout.output, 'acme.job');
    const names = nodeFiles.list(folder);
    const kept = rota.records().slice(-3);
    expect(new Set(names.map((name) => name.slice(0, 36)))).toEqual(new Set(kept.map(({ runId }) => runId)));
    const last = kept.at(-1);
    const text = ['.log.1', '.log'].map((ending) => nodeFiles.readText(join(folder, `${last?.runId}${ending}`)) ?? '').join('');
    expect(text.length).toBeLessThanOrEqual(10_000);
    expect(text.length).toBeGreaterThanOrEqual(5000);
    expect(text.endsWith('19999\n20000\n')).toBe(true);
  });

  it('holds no more of a flood of output than its end, whatever passes through it', async () => {
    const rota = await runnerUnderTest();
    const output = { maxBytes: 100_000, keep: 3 };
    // The most that the runner, which is the parent of the shell, has had in memory (proc(5)).
    const flood = 'head -c 300M /dev/zero; grep VmHWM: /proc/$PPID/status >peak; echo end';
    expect((await rota.run(rota.launchFile({ ...sh(flood), output }))).code).toBe(0);
    const peakKb = Number(/\d+/.exec(readFileSync(join(rota.scratch, 'peak'), 'utf8'))?.[0]);
    expect(peakKb).toBeGreaterThan(10_000);
    expect(peakKb).toBeLessThan(200_000);
    expect(rota.outputs('acme.job')).toMatch(/\0end\n/);
    expect(rota.outputs('acme.job').length).toBeLessThanOrEqual(100_000);
  });

  it('answers 78 and leaves a record when its launch file is torn, foreign or of a newer format', async () => {
    const rota = await runnerUnderTest();
    const whole = readFileSync(rota.launchFile({}), 'utf8');
    const bad = join(rota.layout.launchFiles, 'abc.json');
    for (const text of [
      whole.slice(0, 200),
      whole.replace('/bin/true', '/bin/false'),
      whole.replace('"formatVersion":1', '"formatVersion":9'),
    ]) {
      writeFileSync(bad, text);
      const { code, stderr } = await rota.run(bad);
      expect(code).toBe(78);
      expect(stderr).toContain('rota apply');
      expect(rota.records().at(-1)).toMatchObject({ tenant: 'acme', name: 'job', status: 'failure', attempts: 0 });
    }
    expect((await rota.run(join(rota.scratch, 'nowhere.json'))).code).toBe(78);
    expect((await rota.run('--help')).code).toBe(64);
  });

  it('describes itself without starting anything, with secrets masked', async () => {
    const rota = await runnerUnderTest();
    writeFileSync(join(rota.scratch, 'secrets.env'), 'TOKEN=s3cr3t-value\n', { mode: 0o600 });
    const path = rota.launchFile({ ...sh('touch ran'), env: { PATH: '/bin', A: 'x ${TOKEN}', B: '${NOT_SET}' } });
    const { code, stdout } = await rota.run(path, ['--dry-run-json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ program: '/bin/sh', args: ['-c', 'touch ran'], env: { A: 'x ****' } });
    expect(JSON.parse(stdout).problems[0]).toContain('NOT_SET');
    expect(stdout).not.toContain('s3cr3t');
    expect(rota.records()).toEqual([]);
    expect(existsSync(join(rota.scratch, 'ran'))).toBe(false);
  });
});
