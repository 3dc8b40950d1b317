import {
  bundleRota,
  installRota,
  requirePart,
  rootPart,
  type TestMachine,
  testMachine,
  testMachinePart,
} from '@rota/test-support';
import { beforeAll, expect, it } from 'vitest';
import { manifest } from '../testing/cli-workplace.ts';

const describe = requirePart(rootPart, testMachinePart);
const user = 'ann';
const state = '/home/ann/.local/state/rota';

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly remedy?: string;
  readonly job?: string;
}

describe('rota doctor on a booted machine, where each thing is really wrong', () => {
  let machine: TestMachine;
  const root = (script: string): Promise<string> => machine.output('sh', ['-ec', script]);
  const own = (script: string): Promise<string> => machine.output('sh', ['-ec', script], { user });
  async function doctor(env = '', options = ''): Promise<readonly Found[]> {
    // It exits 1 when a job would not run.
    const text = await own(`${env} rota doctor ${options} --json || true`);
    return JSON.parse(text).findings;
  }
  const codes = async (env?: string, options?: string): Promise<readonly string[]> =>
    (await doctor(env, options)).map(({ severity, code, job }) => `${severity} ${code}${job === undefined ? '' : ` ${job}`}`);
  /** The finding is there; what it says is typed as it stands, by root where it says sudo; then it is there no more. */
  async function mends(code: string, remedy: string | RegExp): Promise<void> {
    const found = (await doctor()).find((one) => one.code === code);
    expect(found?.remedy).toEqual(typeof remedy === 'string' ? remedy : expect.stringMatching(remedy));
    const command = found?.remedy ?? '';
    await (command.startsWith('sudo ') ? root(command.slice('sudo '.length)) : own(command));
    expect(await codes()).not.toContainEqual(expect.stringContaining(code));
  }

  beforeAll(async () => {
    machine = await testMachine('doctor');
    await installRota(machine, await bundleRota());
    await root('ln -sf ../usr/share/zoneinfo/Europe/Berlin /etc/localtime');
    const jobs = [
      manifest('local', { timezone: 'local', retry: { enabled: true } }),
      manifest('lagos', { timezone: 'Africa/Lagos' }),
      manifest('fails', { command: '/bin/false' }),
      manifest('token', { env: { TOKEN: '${ROTA_TEST_TOKEN}' } }),
      manifest('tool', { requires: { commands: ['/home/ann/tool'] } }),
    ].map((text, index) => `cat >jobs/${index}.yaml <<'END'\n${text}END`);
    await own(`mkdir -p jobs; printf '#!/bin/sh\\n' >tool; chmod 755 tool\n${jobs.join('\n')}\nrota apply jobs --yes --json`);
  });

  it('finds what needs no accident: a value of this shell, a clock that nobody keeps', async () => {
    await root('systemctl stop systemd-timesyncd 2>/dev/null || true');
    const ofMachine = await root('timedatectl show -p NTPSynchronized --value');
    const found = await doctor('ROTA_TEST_TOKEN=1');
    expect(found).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'reference.only-here', job: 'acme/token' }),
    );
    expect(found.find(({ code }) => code === 'reference.only-here')?.remedy).toBe(
      'Write ROTA_TEST_TOKEN=... into /home/ann/.config/rota/secrets.env (mode 0600).',
    );
    expect(found.find(({ code }) => code === 'clock.not-synchronised')?.remedy).toEqual(
      ofMachine.trim() === 'no' ? expect.stringContaining('sudo timedatectl set-ntp true') : undefined,
    );
    expect(await codes()).toContain('error reference.unset acme/token');
    await own("mkdir -p .config/rota; umask 077; echo 'ROTA_TEST_TOKEN=1' >.config/rota/secrets.env");
    expect((await codes()).join()).not.toContain('reference.');
  });

  it('a command that a job requires is gone', async () => {
    await own('mv tool tool.gone');
    expect(await codes()).toContain('error command.missing acme/tool');
    await own('mv tool.gone tool');
    expect((await codes()).join()).not.toContain('command.missing');
  });

  it('a last run that failed', async () => {
    await own('rota run fails --json || true');
    const failed = (await doctor()).find(({ code }) => code === 'run.failed');
    expect(failed).toMatchObject({ severity: 'info', job: 'acme/fails', remedy: 'rota logs acme/fails' });
    await own(failed?.remedy ?? 'false');
  });

  it('a state on a file system that is read-only, and one without room', async () => {
    await root(`mount --bind ${state} ${state}; mount -o remount,bind,ro ${state}`);
    expect(await codes()).toContain('error state.read-only');
    await mends('state.read-only', /^sudo sh -c .*mount -o remount,rw /);
    await root(`umount ${state}`);
    await root(`mount -t tmpfs -o size=900m,mode=700,uid=$(id -u ann) tmpfs ${state}; mount -o remount,ro ${state}`);
    await mends('state.read-only', /^sudo sh -c .*mount -o remount,rw /);
    await root(`umount ${state}`);
    await own(`chmod u-w ${state}`);
    await mends('state.read-only', `chmod u+rwx ${state}`);
    await root(
      `cp -a ${state} /state.copy; mount -t tmpfs -o size=8m,mode=700,uid=$(id -u ann) tmpfs ${state}; cp -a /state.copy/. ${state}/`,
    );
    expect(await codes()).toContain('error state.full');
    const remedy = (await doctor()).find(({ code }) => code === 'state.full')?.remedy ?? '';
    expect(await own(remedy.replace(/^[^:]*: /, ''))).toContain('namespaces/default');
    await root(
      `umount ${state}; mount -t tmpfs -o size=900m,nr_inodes=400,mode=700,uid=$(id -u ann) tmpfs ${state}; cp -a /state.copy/. ${state}/`,
    );
    expect(await codes()).toContain('warning state.full');
    await root(`umount ${state}`);
    expect((await codes()).join()).not.toContain('state.');
  });

  it('the zone of the machine was changed', async () => {
    await root('ln -sf ../usr/share/zoneinfo/America/New_York /etc/localtime');
    await mends('zone.changed', 'rota maintain');
  });

  it('the data of a zone was changed, and is gone', async () => {
    const zones = '/usr/share/zoneinfo/Africa';
    await root(`cp -L ${zones}/Lagos /lagos; rm ${zones}/Lagos; cp /usr/share/zoneinfo/Asia/Tokyo ${zones}/Lagos`);
    expect(await codes()).toEqual(expect.arrayContaining(['warning zone.changed', 'info zone.node-differs']));
    await root(`rm ${zones}/Lagos`);
    const found = await doctor();
    expect(found.find(({ code }) => code === 'zone.missing')).toMatchObject({
      severity: 'error',
      remedy: expect.stringMatching(/sudo apt install --reinstall tzdata .*acme\/lagos/),
    });
    // It hides nothing else, and the status is there, too.
    expect(found.map(({ code }) => code)).toContain('run.failed');
    const { jobs } = JSON.parse(await own('rota status --json'));
    expect(jobs.find(({ name }: { name: string }) => name === 'lagos')).toMatchObject({
      timezone: 'Africa/Lagos',
      nextRun: null,
    });
    await root(`cp /lagos ${zones}/Lagos`);
    expect((await codes()).join()).not.toContain('zone.');
  });

  it('maintenance that comes no more, and one with a problem', async () => {
    await own('rota maintain --json');
    const late = 's/"ranAt":"[^"]*"/"ranAt":"2026-01-01T00:00:00Z"/';
    await own(`sed -i '${late}' ${state}/maintenance.json`);
    expect(await codes()).toContain('warning maintenance.late');
    await mends('maintenance.late', 'rota maintain');
    await own(`echo torn >${state}/namespaces/default/journal.json; rota maintain --json || true`);
    const problem = (await doctor()).find(({ code }) => code === 'maintenance.problem');
    expect(problem).toMatchObject({ severity: 'warning', remedy: 'Mend that, then rota maintain' });
    await own('rota doctor --repair --json || true; rota maintain --json');
    expect((await codes()).join()).not.toMatch(/maintenance\.|state\./);
  });

  it('a crontab that may not be read', async () => {
    await root('echo ann >/etc/cron.deny');
    const found = (await doctor('', '--policy')).find(({ code }) => code === 'inventory.unreadable');
    expect(found?.remedy).toMatch(/cron\.(deny|allow)/);
    await root('rm /etc/cron.deny');
    expect((await codes('', '--policy')).join()).not.toContain('inventory.');
  });
});
