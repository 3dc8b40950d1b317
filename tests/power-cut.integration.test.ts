import {
  bundleRota,
  installRota,
  requirePart,
  rootPart,
  sampleSize,
  type TestMachine,
  testMachine,
  testMachinePart,
} from '@rota/test-support';
import { beforeAll, expect, it } from 'vitest';

const describe = requirePart(rootPart, testMachinePart);
const user = 'ann';
const home = '/home/ann';
const theirs = 'MAILTO=""\n# Theirs  \n17 3 * * * /bin/echo  theirs\n18 3 1 * * /bin/echo stays % \\% x\n';
/** What each declaration has, by the scheduler that it is on. */
const declarations = {
  old: { systemd: { a: '1', stays: '0' }, cron: { b: '1', goes: '1' } },
  new: { systemd: { b: '2', comes: '2', stays: '0' }, cron: { a: '2' } },
};
/** The program at whose call the power goes, and whether it has done its work by then. */
const every = [
  ['before', 'systemctl', 'daemon-reload'],
  ['after', 'crontab', 'crontab.next'],
  ['before', 'crontab', 'crontab.next'],
  ['after', 'systemctl', 'daemon-reload'],
  ['before', 'systemctl', '--user start'],
  ['after', 'systemctl', '--user start'],
] as const;
const moments = every.slice(0, sampleSize({ here: 2, inCi: every.length }));
/** Stands before a program and, while there is a trap for it, stops there and tells so. */
const trap = `#!/bin/sh
when=; read -r when program word 2>/dev/null <${home}/trap
caught() { [ "$program" = "\${0##*/}" ] && case "$*" in *"$word"*) ;; *) false ;; esac; }
if [ -n "$when" ] && caught "$@"; then
  [ "$when" = before ] || /usr/bin/"\${0##*/}" "$@"
  touch ${home}/reached
  exec sleep infinity
fi
exec /usr/bin/"\${0##*/}" "$@"
`;

describe('a booted machine with systemd and cron', () => {
  let machine: TestMachine;
  const root = (script: string): Promise<string> => machine.output('sh', ['-ec', script]);
  const rota = (...args: readonly string[]) => machine.exec('rota', args, { user, env: { ROTA_MAINTENANCE: 'off' } });
  const done = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await rota(...args);
    expect(exitCode, stdout + stderr).toBe(0);
    return stderr;
  };
  /** `output` leaves the last newline out. */
  const crontab = async (): Promise<string> => `${await machine.output('crontab', ['-l'], { user })}\n`;
  const apply = (which: keyof typeof declarations) => [
    'apply',
    '--config',
    `${which}.yaml`,
    '--take-over',
    '--allow-removals',
    '--yes',
  ];

  /** Of every job what its scheduler would start, as `a 1`: read from the schedulers themselves, twice where it stands twice. */
  async function starters(): Promise<typeof declarations.old> {
    const table = await crontab();
    const launched = [...table.matchAll(/^# rota job acme\/(\S+) .*\n[^#\n]*rota-run\S* (\S+)/gm)];
    const cron: Record<string, string> = {};
    for (const [, name = '', file = ''] of launched) {
      expect(cron, table).not.toHaveProperty(name);
      cron[name] = JSON.parse(await machine.output('cat', [file.replaceAll("'", '')], { user })).command.at(-1);
    }
    const timers = await machine.output('systemctl', ['--user', 'list-timers', '--no-legend', 'rota.default.*'], { user });
    const systemd: Record<string, string> = {};
    for (const [, name = ''] of timers.matchAll(/rota\.default\.acme\.(\S+)\.timer/g)) {
      const text = await machine.output('cat', [`${home}/.config/systemd/user/rota.default.acme.${name}.service`], { user });
      systemd[name] = /^ExecStart=.*?(\d)"?$/m.exec(text)?.[1] ?? text;
    }
    return { systemd, cron } as typeof declarations.old;
  }

  beforeAll(async () => {
    machine = await testMachine('power-cut');
    await installRota(machine, await bundleRota());
    await machine.output('crontab', ['-'], { user, input: theirs });
    for (const [name, backends] of Object.entries(declarations)) {
      const jobs = Object.entries(backends).flatMap(([backend, own]) =>
        Object.entries(own).map(([job, argument]) => ({
          name: job,
          backend,
          schedule: '17 3 * * *',
          command: '/bin/echo',
          args: [argument],
          timeout: '1m',
        })),
      );
      await machine.output('sh', ['-ec', `cat >${home}/${name}.yaml`], {
        user,
        input: JSON.stringify({ tenant: 'acme', backend: 'systemd', jobs }),
      });
    }
    for (const program of ['crontab', 'systemctl'])
      await machine.output('sh', ['-ec', `cat >/usr/local/bin/${program}; chmod 755 /usr/local/bin/${program}`], { input: trap });
  }, 300_000);

  it('that loses its power in an apply has the old or the new jobs after the first command of the next boot, which says which', async () => {
    const ended = new Set<string>();
    for (const [when, program, word] of moments) {
      const moment = `${when} ${program} ${word}`;
      await done(...apply('old'));
      expect(await starters(), moment).toEqual(declarations.old);
      await root(`rm -f ${home}/reached; echo ${moment} >${home}/trap`);
      const cutOff = rota(...apply('new')).catch(() => undefined);
      await expect
        .poll(() => root(`test -e ${home}/reached && echo reached || echo not ${moment}`), { timeout: 120_000, interval: 100 })
        .toBe('reached');
      await machine.reboot({ hard: true });
      await cutOff;
      await root(`rm ${home}/trap`);
      const said = await done('status');
      const outcome = /had been cut off: it was (completed|undone) first/.exec(said)?.[1];
      expect(outcome, `${moment}: ${said}`).toBeDefined();
      ended.add(outcome ?? '');
      expect(await starters(), moment).toEqual(outcome === 'completed' ? declarations.new : declarations.old);
      expect(await done('status'), moment).not.toContain('cut off');
      await done('plan', '--config', `${outcome === 'completed' ? 'new' : 'old'}.yaml`, '--detailed-exitcode');
      expect((await crontab()).replace(/# BEGIN rota[\s\S]*# END rota [^\n]*\n/, ''), moment).toBe(theirs);
    }
    expect([...ended]).toContain('completed');
    await done('destroy', '--yes');
    expect(await crontab()).toBe(theirs);
  }, 900_000);

  it('has an empty plan right after an apply, from any folder, environment and Node, and after a reboot', async () => {
    await done(...apply('old'));
    const plan = `plan --config ${home}/old.yaml --detailed-exitcode`;
    const places: Readonly<Record<string, string>> = {
      'right after': `rota ${plan}`,
      'another folder': `cd / && rota ${plan}`,
      'the environment of cron': `env -i HOME=${home} LOGNAME=${user} SHELL=/bin/sh PATH=/usr/bin:/bin /usr/local/bin/rota ${plan}`,
      'another Node': `cp "$(readlink -f "$(command -v node)")" ${home}/other-node && ${home}/other-node /opt/rota/bin.js ${plan}`,
    };
    const expectEmpty = async () => {
      for (const [place, script] of Object.entries(places)) {
        const { exitCode, stdout, stderr } = await machine.exec('sh', ['-c', script], { user });
        expect(exitCode, `${place}: ${stdout}${stderr}`).toBe(0);
      }
    };
    await expectEmpty();
    await machine.reboot();
    await expectEmpty();
    expect(await starters()).toEqual(declarations.old);
  }, 600_000);

  it('whose scheduler does not run keeps its jobs there: a plan is an error with the remedy, and nothing moves', async () => {
    const before = await starters();
    const down = async (stop: string, start: string, ...words: readonly string[]) => {
      await root(stop);
      // Not by way of the machine, which would start the manager of its user.
      const { exitCode, stdout, stderr } = await machine.exec('runuser', ['-u', user, '--', 'rota', ...apply('old')], {
        cwd: home,
      });
      expect(exitCode, stdout + stderr).toBe(1);
      for (const word of words) expect(stderr).toContain(word);
      await root(start);
      await expect
        .poll(async () => (await rota('plan', '--config', 'old.yaml', '--detailed-exitcode')).exitCode, { timeout: 60_000 })
        .toBe(0);
      expect(await starters()).toEqual(before);
    };
    await down(
      '/usr/bin/systemctl stop cron',
      '/usr/bin/systemctl start cron',
      'The backend cron cannot be used now',
      'systemctl',
    );
    const manager = 'user@$(id -u ann).service';
    await down(
      `/usr/bin/systemctl stop ${manager}`,
      `/usr/bin/systemctl start ${manager}`,
      'The backend systemd cannot be used now',
      'enable-linger',
    );
  }, 300_000);
});
