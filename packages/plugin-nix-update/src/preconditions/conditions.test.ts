import { createHost, type Files, nodeFiles } from '@rota/core';
import { expect, test } from 'vitest';
import { planUpdate } from '../plan-update.ts';
import { meteredProblem } from './metered-problem.ts';
import { networkProblem } from './network-problem.ts';
import { powerProblem } from './power-problem.ts';

/** The files of a machine that has only these. */
function filesOf(texts: Readonly<Record<string, string>>): Files {
  const names = Object.keys(texts);
  return {
    ...nodeFiles,
    readText: (path) => texts[path],
    facts: (path) => (path in texts ? nodeFiles.facts('/') : undefined),
    list: (folder) => [
      ...new Set(
        names.filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1).split('/')[0] ?? ''),
      ),
    ],
  };
}

const supply = (name: string, facts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(facts).map(([file, text]) => [`/sys/class/power_supply/${name}/${file}`, `${text}\n`]));
const battery = (status: string) => supply('BAT0', { type: 'Battery', status });

test.each<[string, Readonly<Record<string, string>>, boolean]>([
  ['a server without supplies', {}, false],
  ['a laptop on its adapter', { ...battery('Charging'), ...supply('AC', { type: 'Mains', online: '1' }) }, false],
  ['a laptop without its adapter', { ...battery('Discharging'), ...supply('AC', { type: 'Mains', online: '0' }) }, true],
  [
    'a laptop that charges by USB',
    { ...battery('Charging'), ...supply('AC', { type: 'Mains', online: '0' }), ...supply('UCSI', { type: 'USB', online: '1' }) },
    false,
  ],
  ['a laptop that knows no adapter, on its battery', battery('Discharging'), true],
  ['a laptop that knows no adapter, full', battery('Full'), false],
  ['a desktop with a mouse', supply('hid', { type: 'Battery', status: 'Discharging', scope: 'Device' }), false],
])('%s', (_, texts, onBattery) => {
  expect(powerProblem({ files: filesOf(texts) })).toBe(onBattery ? 'The machine runs on battery.' : null);
});

test.each<[string, string, string | null]>([
  ['b false', '', null],
  ['b true', 'u 4', null],
  ['b true', 'u 1', 'The connection is metered.'],
  ['b true', 'u 3', 'The connection is metered.'],
])('NetworkManager that answers %s, %s', async (owner, metered, problem) => {
  const host = createHost({ files: filesOf({ '/run/dbus/system_bus_socket': '' }) });
  const call = async ({ args }: { readonly args: readonly string[] }) => ({
    exitCode: 0,
    signal: null,
    stdout: args.includes('NameHasOwner') ? owner : metered,
    stderr: '',
    timedOut: false,
  });
  expect(await meteredProblem({ host, call })).toBe(problem);
});

test('a machine without a default route, or one that cannot be asked, has no network', () => {
  const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n';
  const lan = 'eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n';
  const route = 'eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n';
  const problem = (ipv4: string) => networkProblem({ files: filesOf({ '/proc/net/route': ipv4 }) });
  expect([problem(head + lan), problem(head + lan + route)]).toEqual([expect.stringContaining('no default route'), null]);
  expect(networkProblem({ files: filesOf({}) })).toContain('cannot be read');
});

test('options that nothing at home can try are in the commands that an update runs', () => {
  const host = createHost({ files: filesOf({ '/run/systemd/system': '' }), user: { name: 'root', uid: 0, home: '/root' } });
  const commands = (options: object): string =>
    planUpdate({ host, options: { flakePath: '/etc/nixos', ...options } })
      .map(({ command }) => command)
      .join('\n');
  const given = commands({ rebootDelay: '5m', rebootMessage: 'Back soon', activationTimeout: '90s', requireRunning: true });
  expect(given).toContain('shutdown -r +5 "Back soon"');
  expect(given).toContain('RuntimeMaxSec=90');
  expect(given).toContain('is-system-running');
  expect(given).toContain('Metered');
  expect(commands({ allowMetered: true })).not.toMatch(/Metered|is-system-running/);
  for (const never of [{ autoReboot: false }, { reboot: 'never' }, { operation: 'test' }])
    expect(commands(never)).not.toContain('shutdown -r');
});
