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

const describe = requirePart(rootPart, testMachinePart);
const user = 'ann';
const home = '/home/ann';
const disks = {
  state: `${home}/.local/state/rota`,
  units: `${home}/.config/systemd/user`,
  crontabs: '/var/spool/cron/crontabs',
};
const theirs = 'MAILTO=""\n# Theirs  \n17 3 * * * /bin/echo  theirs\n18 3 1 * * /bin/echo stays % \\% x\n';
/** Pages of 4 KiB that are left free, by disk: each write of a command is cut somewhere. */
const pages = process.env.ROTA_LONG
  ? { state: [...Array(16).keys()], units: [0, 1, 2, 3, 4, 5], crontabs: [0, 1] }
  : { state: [0, 4], units: [0], crontabs: [0] };

describe('a disk that is full at one write after the other, on a booted machine with systemd and cron', () => {
  let machine: TestMachine;
  const root = (script: string): Promise<string> => machine.output('sh', ['-ec', script]);
  const rota = (...args: readonly string[]) => machine.exec('rota', args, { user, env: { ROTA_MAINTENANCE: 'off' } });
  /** `output` leaves the last newline out. */
  const crontab = async (): Promise<string> => `${await machine.output('crontab', ['-l'], { user })}\n`;
  const withoutOurs = (table: string): string => table.replace(/# BEGIN rota[\s\S]*# END rota [^\n]*\n/, '');
  /** What runs the job: exactly one of the original line, the timer and our line in the crontab. */
  async function starters(): Promise<readonly string[]> {
    const table = await crontab();
    const timers = await machine.output('systemctl', ['--user', 'list-timers', '--no-legend', 'rota.default.*'], { user });
    return [
      ...(/^17 3 \* \* \* \/bin\/echo {2}theirs$/m.test(table) ? ['original'] : []),
      ...(timers.includes('echo') ? ['systemd'] : []),
      ...(/^[^#\n]*rota-run/m.test(table) ? ['cron'] : []),
    ];
  }

  beforeAll(async () => {
    machine = await testMachine('full-disk');
    await installRota(machine, await bundleRota());
    await machine.output('true', [], { user });
    for (const [name, folder] of Object.entries(disks)) {
      const [owner, mode] = name === 'crontabs' ? ['root:crontab', '1730'] : [user, '700'];
      await root(
        `mkdir -p ${folder}; mount -t tmpfs -o size=4m tmpfs ${folder}; chown ${owner} ${folder}; chmod ${mode} ${folder}`,
      );
    }
    await root(`chown -R ${user}: ${home}/.local ${home}/.config`);
    await machine.output('crontab', ['-'], { user, input: theirs });
    const imported = JSON.parse((await rota('import', '--out', 'jobs', '--tenant', 'acme', '--json')).stdout);
    expect(imported).toBeTruthy();
    // Only the first line; the other one stays theirs.
    await root(`cd ${home}/jobs; ls; grep -L "17 3" * | xargs -r rm`);
    // The runner is there before the disks are full: it is as large as all the rest together.
    await rota('apply', 'jobs', '--adopt', '--yes', '--backend', 'systemd');
    await rota('destroy', '--yes');
    expect(await crontab()).toBe(theirs);
  });

  const steps = [
    {
      what: 'adopts a line of the crontab as a timer',
      args: ['--adopt', '--backend', 'systemd'],
      from: 'original',
      to: 'systemd',
    },
    { what: 'moves the job to cron', args: ['--backend', 'cron'], from: 'systemd', to: 'cron' },
  ] as const;
  const cases = Object.entries(pages).flatMap(([disk, frees]) =>
    frees.map((free) => ({ disk: disk as keyof typeof disks, free })),
  );

  it.each(steps)('an apply that $what ends old or new, and the next command says which', async ({ args, from, to }) => {
    const outcomes = new Set<string>();
    for (const { disk, free } of cases) {
      const place = `${disk}, ${free} pages free`;
      if (from === 'systemd') await rota('apply', 'jobs', '--adopt', '--yes', '--backend', 'systemd');
      expect(await starters(), place).toEqual([from]);
      const filler = `${disks[disk]}/.filler`;
      await root(`cat /dev/zero >${filler} 2>/dev/null || true; truncate -s -$(( ${free} * 4096 )) ${filler}`);
      const full = await rota('apply', 'jobs', '--yes', ...args);
      await root(`rm ${filler}`);
      const between = await starters();
      const next = await rota('status');
      const ended = await starters();
      outcomes.add(`${full.exitCode === 0 ? 'done' : 'refused'} ${ended.join()}`);
      if (full.exitCode !== 0) expect(full.stderr, place).toMatch(/full|space|left/i);
      expect([[from], [to]], `${place}: ${full.stderr}${next.stderr}`).toContainEqual(ended);
      if (between.join() !== ended.join())
        expect(next.stderr, place).toMatch(/had been cut off: it was (completed|undone) first/);
      if (full.exitCode === 0) expect(ended, place).toEqual([to]);
      const again = await rota('apply', 'jobs', '--yes', ...args);
      expect(again.exitCode, `${place}: ${again.stderr}`).toBe(0);
      expect(await starters(), place).toEqual([to]);
      expect(withoutOurs(await crontab()), place).toContain('18 3 1 * * /bin/echo stays % \\% x\n');
      expect((await rota('destroy', '--yes')).exitCode, place).toBe(0);
      expect(await crontab(), place).toBe(theirs);
    }
    // Some were cut, and some had room enough.
    expect([...outcomes].join()).toContain(`refused ${from}`);
  });

  it('an apply that was killed is finished or undone as soon as there is room again, and until then each command says why not', async () => {
    // It ends who calls it, once.
    const trap =
      '#!/bin/sh\n[ "$2" != daemon-reload ] || ! rm /tmp/trap 2>/dev/null || kill -9 $PPID\nexec /usr/bin/systemctl "$@"\n';
    await machine.output('sh', ['-ec', 'cat >/usr/local/bin/systemctl; chmod 755 /usr/local/bin/systemctl'], { input: trap });
    const outcomes = new Set<string>();
    for (const { disk, free } of cases.filter((one) => one.free === 0 || process.env.ROTA_LONG)) {
      const place = `${disk}, ${free} pages free`;
      await machine.output('touch', ['/tmp/trap'], { user });
      await rota('apply', 'jobs', '--yes', '--adopt', '--backend', 'systemd');
      expect(await machine.output('ls', [`${disks.state}/namespaces/default`], { user }), place).toContain('journal.json');
      const filler = `${disks[disk]}/.filler`;
      await root(`cat /dev/zero >${filler} 2>/dev/null || true; truncate -s -$(( ${free} * 4096 )) ${filler}`);
      const full = await rota('status');
      await root(`rm ${filler}`);
      if (full.exitCode !== 0) expect(full.stderr, place).toMatch(/full|space|left/i);
      const next = await rota('status');
      expect(next.exitCode, `${place}: ${next.stderr}`).toBe(0);
      expect(full.stderr + next.stderr, place).toMatch(/had been cut off: it was (completed|undone) first/);
      outcomes.add(full.exitCode === 0 ? 'at once' : 'later');
      expect([['original'], ['systemd']], place).toContainEqual(await starters());
      expect((await rota('apply', 'jobs', '--yes', '--adopt', '--backend', 'systemd')).exitCode, place).toBe(0);
      expect(await starters(), place).toEqual(['systemd']);
      expect((await rota('destroy', '--yes')).exitCode, place).toBe(0);
      expect(await crontab(), place).toBe(theirs);
    }
    expect([...outcomes]).toContain('later');
  });
});
