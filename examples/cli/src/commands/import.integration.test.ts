import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Part, repositoryRoot, requirePart, type TestMachine, testMachine, testMachinePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { expectSchema } from '../testing/expect-schema.ts';

const buildPart: Part = {
  name: 'the build',
  present: () => existsSync(join(repositoryRoot, 'examples/cli/dist/main.js')),
  install: 'npm run build',
};

const home = '/home/ann';
const ann = { user: 'ann', timeoutMs: 200_000 };

const crontab = `# m h  dom mon dow   command
MAILTO=ann@example.org
BEAT="cron  beat"
# Notes each minute
* * * * * date -u +\\%H:\\%M >> ${home}/cron.log; echo "$BEAT" > ${home}/env.log; printf '\\%s|' 'a\\\\b' "\\\\\\\\x" '100\\%' > ${home}/text.log
#Ansible: nightly backup
0 3 * * * /opt/backup
@reboot touch ${home}/booted
0 4 * * * cat > ${home}/x%Dear%all
0 0 30 2 * never
`;
const unit = (body: string): string => `[Service]\nType=oneshot\nExecStart=/bin/sh -c '${body}'\n`;
const timerOf = (calendar: string, more = ''): string =>
  `[Timer]\nOnCalendar=${calendar}\nAccuracySec=1s\n${more}[Install]\nWantedBy=timers.target\n`;

const put = async (machine: TestMachine, path: string, text: string, user?: string): Promise<void> => {
  await machine.output('sh', ['-c', 'mkdir -p "$(dirname "$1")" && cat > "$1"', 'sh', path], {
    ...(user === undefined ? {} : { user }),
    input: text,
  });
};

interface Entry {
  readonly backend: string;
  readonly id: string;
  readonly adoptable: boolean;
  readonly notAdoptable?: string;
  readonly left?: string;
  readonly notes: readonly string[];
  readonly manifest: { readonly metadata: { readonly name: string }; readonly spec: Readonly<Record<string, unknown>> } | null;
}

requirePart(buildPart, testMachinePart)('a machine with jobs in its crontab, in user timers and in system timers', () => {
  test('is imported, adopted, applied, runs on without a missed or doubled run, and gets its own back', async () => {
    const machine = await testMachine('scattered');
    const sh = async (script: string, user?: string): Promise<string> =>
      await machine.output('sh', ['-c', script], user === undefined ? {} : { user, timeoutMs: 200_000 });
    const rota = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
      const result = await machine.exec('node', ['/src/examples/cli/bin.js', ...args, '--json'], { ...ann, cwd: home });
      expect(result.exitCode, `${args.join(' ')}: ${result.stdout}${result.stderr}`).toBe(0);
      const output: Record<string, unknown> = JSON.parse(result.stdout);
      expectSchema(args[0] ?? '', output);
      return output;
    };
    const minutes = async (log: string): Promise<readonly number[]> =>
      (await sh(`cat ${home}/${log}`)).split('\n').map((line) => Number(line.slice(0, 2)) * 60 + Number(line.slice(3, 5)));

    const units = `${home}/.config/systemd/user`;
    await machine.output('true', [], ann);
    await put(machine, `${units}/beat.timer`, timerOf('*-*-* *:*:00'), 'ann');
    await put(machine, `${units}/beat.service`, unit(`date -u +%%H:%%M >> ${home}/timer.log`), 'ann');
    await put(machine, `${units}/nightly.timer`, timerOf('Mon..Fri 02:30', 'Persistent=true\nRandomizedDelaySec=5min\n'), 'ann');
    await put(machine, `${units}/nightly.service`, unit('true'), 'ann');
    const store = '/nix/store/0123456789abcdfghijklmnpqrsvwxyz-home-manager-files/hm';
    await put(machine, `${store}.timer`, timerOf('daily'));
    await put(machine, `${store}.service`, unit('true'));
    await put(machine, '/etc/systemd/system/ours.timer', timerOf('hourly'));
    await put(machine, '/etc/systemd/system/ours.service', `${unit('true')}User=ann\n`);
    await put(machine, '/etc/systemd/system/theirs.timer', timerOf('hourly'));
    await put(machine, '/etc/systemd/system/theirs.service', unit('true'));
    await put(machine, '/etc/cron.d/ours', 'PATH=/opt/bin:/bin\n15 * * * * ann /opt/x\n15 * * * * root /opt/y\n');
    await put(machine, `${home}/.config/autostart/chat.desktop`, '[Desktop Entry]\nName=Chat\nExec=chat --hidden\n', 'ann');
    await sh(
      `ln -s ${store}.timer ${store}.service ${units}/ && systemctl --user daemon-reload && systemctl --user enable --now beat.timer nightly.timer hm.timer 2>&1`,
      'ann',
    );
    await sh('systemctl daemon-reload; systemctl enable --now ours.timer theirs.timer 2>&1; systemctl start cron');
    await put(machine, `${home}/table`, crontab, 'ann');
    await sh('crontab table', 'ann');
    const tableBefore = await sh('cat /var/spool/cron/crontabs/ann | tail -n +4');

    // What there is, and what is to be said of each.
    const entries = (await rota('import', '--list')).entries as readonly Entry[];
    const told = new Map(entries.map((entry) => [entry.id, entry]));
    expect(
      entries
        .filter(({ adoptable }) => adoptable)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['beat.timer', 'crontab:5', 'crontab:8', 'crontab:9', 'nightly.timer'].sort());
    expect(told.get('crontab:7')?.notAdoptable).toContain('Ansible manages it as "nightly backup"');
    expect(told.get('crontab:10')?.left).toContain('cannot be carried over');
    expect(told.get('crontab:5')?.notes.join()).toMatch(/mails its output to ann@example\.org.*second run/);
    expect(told.get('/etc/cron.d/ours:2')?.notAdoptable).toContain('only root');
    expect(told.has('/etc/cron.d/ours:3')).toBe(false);
    expect(told.get('hm.timer')?.notAdoptable).toContain('Nix store');
    const takeOut = 'systemctl disable --now ours.timer';
    expect(told.get('ours.timer')?.notAdoptable).toBe(
      `It is a timer of the system, which only root can take out. Import it with --all, then, as root: ${takeOut} and then enable the job.`,
    );
    // Root has a manager of its own.
    await machine.output('true', [], { user: 'root' });
    const ofRoot = JSON.parse(await sh('node /src/examples/cli/bin.js import --list --backend systemd --json')) as {
      readonly entries: readonly Entry[];
    };
    expect(ofRoot.entries.find(({ id }) => id === 'theirs.timer')).toMatchObject({
      adoptable: false,
      notAdoptable: expect.stringMatching(/also for root.*systemctl disable --now theirs\.timer/),
    });
    expect(entries.find(({ backend }) => backend === 'autostart')?.notAdoptable).toContain('desktop');
    expect(told.get('nightly.timer')?.manifest?.spec).toMatchObject({
      schedule: '30 2 * * 1-5',
      persistent: true,
      randomizedDelay: '5m',
    });

    // One source of truth.
    const { files } = await rota('import', '--out', 'jobs');
    expect((files as readonly { readonly name: string }[]).map(({ name }) => name.split('/').at(-1)).sort()).toEqual([
      'beat.yaml',
      'cat.yaml',
      'date.yaml',
      'nightly.yaml',
      'touch.yaml',
    ]);
    expect(await rota('validate', 'jobs')).toMatchObject({ ok: true, jobs: 5 });
    const beside = await rota('plan', 'jobs');
    expect(beside.summary).toMatchObject({ create: 5, adopt: 0 });
    expect(JSON.stringify(beside.warnings)).toContain('both would run');
    expect((await rota('plan', 'jobs', '--adopt')).summary).toMatchObject({ create: 0, adopt: 5 });

    // The originals run a while, then the jobs do.
    await expect
      .poll(async () => (await machine.exec('cat', [`${home}/cron.log`, `${home}/timer.log`])).exitCode, {
        timeout: 150_000,
        interval: 2000,
      })
      .toBe(0);
    const written = await sh(`cat ${home}/text.log; rm ${home}/text.log`);
    const applied = await rota('apply', 'jobs', '--adopt', '--yes');
    expect((applied.changes as readonly { readonly action: string }[]).map(({ action }) => action)).toEqual(
      Array(5).fill('adopt'),
    );
    const table = await sh('crontab -l', 'ann');
    expect(table.match(/^# adopted by rota: .*/gm)).toHaveLength(3);
    expect(table).toContain('#Ansible: nightly backup\n0 3 * * * /opt/backup\n');
    expect(table).not.toContain('# BEGIN rota');
    expect((await machine.exec('systemctl', ['--user', 'is-enabled', 'beat.timer'], ann)).stdout).toBe('disabled\n');
    expect((await machine.exec('systemctl', ['--user', 'is-active', 'beat.timer'], ann)).stdout).toBe('inactive\n');
    expect((await rota('plan', 'jobs', '--adopt')).summary).toMatchObject({ create: 0, adopt: 0, unchanged: 5 });
    const runs = async (): Promise<number> =>
      ((await rota('history')).runs as readonly { readonly name: string; readonly status: string }[]).filter(
        ({ name, status }) => (name === 'date' || name === 'beat') && status === 'success',
      ).length;
    await expect
      .poll(runs, { timeout: process.env.ROTA_LONG ? 400_000 : 150_000, interval: 2000 })
      .toBeGreaterThanOrEqual(process.env.ROTA_LONG ? 10 : 2);
    for (const log of ['cron.log', 'timer.log']) {
      const seen = await minutes(log);
      // At least one of the original and one of the job.
      expect(seen.length).toBeGreaterThanOrEqual(2);
      expect(
        seen.map((minute, index) => (minute - (seen[0] ?? 0) - index + 1440) % 1440),
        `${log}: ${seen}`,
      ).toEqual(seen.map(() => 0));
    }
    expect(await sh(`cat ${home}/env.log`)).toBe('cron  beat');
    // Backslashes and percent signs mean to the job what they meant to cron.
    expect(written).toContain('|100%|');
    expect(await sh(`cat ${home}/text.log`)).toBe(written);

    // And back.
    await rota('destroy', '--yes');
    expect(await sh('cat /var/spool/cron/crontabs/ann | tail -n +4')).toBe(tableBefore);
    expect((await machine.exec('systemctl', ['--user', 'is-enabled', 'beat.timer', 'nightly.timer'], ann)).stdout).toBe(
      'enabled\nenabled\n',
    );
    expect((await machine.exec('systemctl', ['--user', 'is-active', 'beat.timer', 'nightly.timer'], ann)).stdout).toBe(
      'active\nactive\n',
    );

    // What belongs to root is moved as its refusal says.
    await rota('import', '--all', '--out', 'all');
    await sh(takeOut);
    await sh(`mkdir ours && sed '/^ *enabled: false$/d' all/ours.yaml >ours/ours.yaml`, 'ann');
    const moved = await rota('apply', 'ours', '--yes');
    expect(moved.changes).toMatchObject([{ action: 'create', name: 'ours', backend: 'systemd' }]);
    expect(await rota('run', 'ours')).toMatchObject({ run: { status: 'success' } });
    await machine.down();
  });
});
