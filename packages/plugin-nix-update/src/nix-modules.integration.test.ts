import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, requirePart, type TestMachine, testMachine, testMachinePart } from '@rota/test-support';
import * as v from 'valibot';
import { beforeAll, expect, test } from 'vitest';
import { optionsSchema } from './settings/options-schema.ts';

const describe = requirePart(testMachinePart);

const folder = join(repositoryRoot, 'nix/nix-update');
const sources = ['', 'testing/'].flatMap((part) =>
  readdirSync(join(folder, part))
    .filter((name) => name.endsWith('.nix'))
    .map((name) => `${part}${name}`),
);

// nixpkgs would add: the type checks, the merge with other modules, and the units as systemd gets them. That is not run here.
describe('the modules, evaluated by real nix with a small lib of our own', () => {
  let machine: TestMachine;
  beforeAll(async () => {
    machine = await testMachine('nix-modules');
    for (const name of sources)
      await machine.output('sh', ['-ec', 'mkdir -p "$(dirname "$1")"; cat >"$1"', 'sh', `/srv/nix/${name}`], {
        input: readFileSync(join(folder, name), 'utf8'),
      });
  });

  const evaluate = async (module: string, given: object, what = 'config') => {
    const expression = `let
      lib = import /srv/nix/testing/lib.nix;
      pkgs.writeText = name: text: builtins.toFile name (builtins.unsafeDiscardStringContext text);
      evaluated = lib.evalModule { module = /srv/nix/${module}; inherit pkgs; path = [ "services" "rota" "nixUpdate" ]; given = builtins.fromJSON (builtins.readFile /srv/given.json); };
    in evaluated.${what}`;
    await machine.output('sh', ['-ec', 'cat >/srv/given.json'], { input: JSON.stringify(given) });
    const options = ['--eval', '--read-write-mode', '--strict', '--json', '--expr', expression];
    const result = await machine.exec('nix-instantiate', options, { env: { NIX_CONFIG: 'build-users-group =' } });
    if (result.exitCode !== 0) throw new Error(result.stderr);
    return JSON.parse(result.stdout);
  };

  const given = { enable: true, package: '/opt/rota', flakePath: '/etc/nixos' };

  test.each(['nixos-module.nix', 'home-manager-module.nix'])(
    '%s has the options and the defaults of the plugin',
    async (module) => {
      const { system: _, ...own } = v.getDefaults(optionsSchema.pipe[0]);
      const defaults = await evaluate(module, {}, 'defaults');
      const shown = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, value ?? null]));
      expect({ ...shown, flakePath: undefined }).toEqual({ ...defaults, flakePath: undefined });
    },
  );

  test('nixos-module.nix makes a service that survives its own switch, its timer, the look after a boot and the waiting reboot', async () => {
    const { systemd, boot } = await evaluate('nixos-module.nix', {
      ...given,
      schedule: '30 3 * * 1-5',
      rebootWindow: { lower: '04:00', upper: '05:00' },
    });
    const update = systemd.services['rota-nix-update'];
    expect(update).toMatchObject({
      restartIfChanged: false,
      unitConfig: { 'X-StopOnRemoval': false },
      serviceConfig: { MemoryMax: '2G', CPUQuota: '50%', TimeoutStartSec: 'infinity', TimeoutStopSec: '5min' },
    });
    expect(update.serviceConfig.ExecStart).toMatch(
      /^\/opt\/rota\/bin\/rota nix update --scheduled --config \/nix\/store\/\S+-jobs.config.mjs$/,
    );
    // Where root's own commands look, so that `rota nix rollback` goes back from what this service deployed.
    expect(update.environment).toEqual({ HOME: '/root' });
    expect(systemd.timers).toMatchObject({
      'rota-nix-update': {
        timerConfig: {
          OnCalendar: 'Mon..Fri *-*-* 3:30:00',
          Persistent: true,
          RandomizedDelaySec: '30m',
          FixedRandomDelay: true,
        },
      },
      'rota-nix-verify': { timerConfig: { OnBootSec: '2min' } },
      'rota-nix-reboot': { timerConfig: { OnCalendar: '*-*-* 04:00:00' } },
    });
    expect(boot.loader['systemd-boot'].configurationLimit).toBe(10);
    const config = /--config (\S+)/.exec(update.serviceConfig.ExecStart)?.[1] ?? '';
    const text = await machine.output('cat', [config]);
    expect(text).toContain('"flakePath":"/etc/nixos"');
    const options = JSON.parse(/nixUpdate\((.*)\)\] \};/.exec(text)?.[1] ?? '');
    expect(v.safeParse(optionsSchema, options).issues).toBeUndefined();
    for (const timer of Object.values<{ timerConfig: { OnCalendar?: string } }>(systemd.timers))
      if (timer.timerConfig.OnCalendar !== undefined)
        await machine.output('systemd-analyze', ['calendar', timer.timerConfig.OnCalendar]);
  });

  test.each(['nixos-module.nix', 'home-manager-module.nix'])('%s hands on every option as it was given', async (module) => {
    const { enable, flakePath } = given;
    const whole = {
      enable,
      flakePath,
      configuration: 'host',
      inputs: ['nixpkgs', 'home/nixpkgs'],
      schedule: '15 3 * * *',
      randomizedDelay: '5m',
      persistent: false,
      logRetentionDays: 7,
      logFile: '/var/log/nix-update.log',
      operation: 'boot',
      autoReboot: false,
      reboot: 'always',
      rebootDelay: '1m',
      rebootMessage: 'It "restarts" in $1 minute \\\\',
      rebootWindow: { lower: '04:00', upper: '05:00' },
      diskThreshold: 80,
      minUptime: '1h',
      requiredServices: ['sshd'],
      requireRunning: true,
      requireNetwork: false,
      requireAcPower: false,
      allowMetered: true,
      preUpdateHooks: [{ name: 'sync', command: ['rota', 'chezmoi', 'sync'], timeout: '1m', onError: 'continue' }],
      preUpdateValidation: false,
      hostCanCommitConfig: true,
      maxBuilds: 3,
      healthChecks: [{ unit: 'sshd.service' }, { http: 'http://localhost/', status: 204 }, { tcp: 'localhost:22' }],
      healthSettle: '1s',
      healthGrace: '3m',
      memoryMax: '1G',
      cpuQuota: '20%',
      timeout: '1h',
      activationTimeout: '5m',
      rings: [{ name: 'canary' }, { name: 'rest', soak: '2d', schedule: '05:00' }],
      fleet: { repository: 'git@example.org:fleet.git', branch: 'fleet', ring: 'rest' },
      notify: { webhook: 'https://hooks.example.org/x', command: ['mail', 'ada'] },
    };
    const { system: _, ...own } = v.getDefaults(optionsSchema.pipe[0]);
    expect(Object.keys(whole).sort()).toEqual(Object.keys(own).sort());
    const { systemd } = await evaluate(module, { ...whole, package: '/opt/rota' });
    const update = (systemd.services ?? systemd.user.services)['rota-nix-update'];
    const config = /--config (\S+)/.exec((update.serviceConfig ?? update.Service).ExecStart)?.[1] ?? '';
    const options = JSON.parse(/nixUpdate\((.*)\)\] \};/.exec(await machine.output('cat', [config]))?.[1] ?? '');
    expect(v.parse(optionsSchema, options)).toEqual(v.parse(optionsSchema, { ...whole, system: options.system }));
  });

  test.each([
    ['canary', '01:00'],
    ['rest', '03:00'],
    [null, '01:00'],
  ])('in the ring %s the timers are at %s, as the plugin has it', async (ring, time) => {
    const options = {
      ...given,
      schedule: '03:00',
      rings: [{ name: 'canary', schedule: '01:00' }, { name: 'rest' }],
      fleet: { repository: '/srv/fleet.git', ...(ring === null ? {} : { ring }) },
    };
    const machineWide = await evaluate('nixos-module.nix', options);
    expect(machineWide.systemd.timers['rota-nix-update'].timerConfig.OnCalendar).toBe(`*-*-* ${time}:00`);
    const home = await evaluate('home-manager-module.nix', options);
    expect(home.systemd.user.timers['rota-nix-update'].Timer.OnCalendar).toBe(`*-*-* ${time}:00`);
  });

  test('nothing is configured without `enable`, and home-manager gets units of the user', async () => {
    expect(await evaluate('nixos-module.nix', { ...given, enable: false })).toEqual({});
    const { systemd } = await evaluate('home-manager-module.nix', given);
    expect(systemd.user.services['rota-nix-update']).toMatchObject({
      Unit: { 'X-SwitchMethod': 'keep-old' },
      Service: { Type: 'oneshot' },
    });
    expect(systemd.user.timers['rota-nix-update'].Timer.OnCalendar).toBe('*-*-* 02:00:00');
  });

  test.each([
    ['*/15 1,3 1-7 * *', '*-*-1..7 1,3:0..59/15:00'],
    ['0 4 * * 0', 'Sun *-*-* 4:0:00'],
    ['0 4 13 * 5', /days of the month and of the week/],
    ['0 4 * *', /HH:MM or five cron fields/],
  ])('the schedule %s', async (schedule, expected) => {
    const answer = evaluate('nixos-module.nix', { ...given, schedule });
    if (typeof expected !== 'string') return await expect(answer).rejects.toThrow(expected);
    expect((await answer).systemd.timers['rota-nix-update'].timerConfig.OnCalendar).toBe(expected);
    await machine.output('systemd-analyze', ['calendar', expected]);
  });
});
