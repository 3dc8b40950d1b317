import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commandPart, output, repositoryRoot, requirePart, temporaryFolder } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { type CliWorkplace, cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

const withNix = requirePart(commandPart('nix-instantiate', 'nix-bin'));

type Sections = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Evaluated {
  readonly assertions: readonly { readonly assertion: boolean }[];
  readonly systemd: {
    readonly services: Readonly<Record<string, Sections>>;
    readonly timers: Readonly<Record<string, Sections>>;
  };
  readonly activation: Readonly<Record<string, { readonly after: readonly string[]; readonly data: string }>>;
  readonly files: Readonly<Record<string, string>>;
}

const odd = ['a b', '${HOME}', "''", '100% "quoted" \\ $x', '$${y}', 'é🦊\ttab'];

function declare(place: CliWorkplace): void {
  place.write('plain.yaml', manifest('plain', { args: odd, persistent: true, timeout: '5m', timezone: 'Europe/Berlin' }));
  place.write('either.yaml', manifest('either', { schedule: '30 4 13 * 5' }));
  place.write('checked.yaml', manifest('checked', { retry: { enabled: true } }));
  place.write('nas.yaml', manifest('nas', { when: { hostname: ['NAS'], labels: { role: 'backup' }, os: ['linux'] } }));
  place.write('asks.yaml', manifest('asks', { when: { fileExists: ['/etc/nixos'] } }));
  place.write('off.yaml', manifest('off', { enabled: false }));
  place.write('paused.yaml', manifest('paused', { paused: true }));
  place.write('links.yaml', manifest('links', { schedule: undefined, on: 'apply' }));
  place.write('reload.yaml', manifest('reload', { schedule: undefined, on: 'apply', after: ['links'] }));
}

async function evaluate(place: CliWorkplace, hostname = '', labels = '{ }', home = place.home): Promise<Evaluated> {
  const store = temporaryFolder();
  const folders = ['STORE', 'STATE', 'LOG', 'LOCALSTATE', 'CONF', 'DATA'].map((name) => [
    `NIX_${name}_DIR`,
    join(store, name.toLowerCase()),
  ]);
  const small = join(repositoryRoot, 'examples/cli/src/testing/small-lib.nix');
  const module = join(place.folder, 'nix', 'rota.nix');
  const expression = `import ${small} { module = ${module}; home = "${home}"; hostname = "${hostname}"; labels = ${labels}; }`;
  const args = ['--eval', '--strict', '--json', '--expr', expression];
  return JSON.parse(await output('nix-instantiate', args, { env: { ...Object.fromEntries(folders), HOME: store } }));
}

/** As home-manager writes a unit: a list is a key that comes several times. */
function unitText(sections: Sections): string {
  return Object.entries(sections)
    .map(([name, values]) => {
      const lines = Object.entries(values).flatMap(([key, value]) => [value].flat().map((one) => `${key}=${one}`));
      return `[${name}]\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

const sorted = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .sort();

withNix('rota render --format nix, evaluated by nix', () => {
  test('gives home-manager the very units that apply would install, but not as units of Rota', async () => {
    const place = cliWorkplace();
    declare(place);
    const { exitCode, json, stderr } = await place.call(['render', '--format', 'nix', '--out', 'nix', '--json', '.']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('refused: acme/asks: `when.fileExists` asks the machine')]);
    expectSchema('render', json());
    await place.call(['render', '--backend', 'systemd', '--out', 'plain', 'plain.yaml', 'either.yaml', 'checked.yaml']);
    const { systemd, assertions, files } = await evaluate(place);
    expect(assertions).toEqual([expect.objectContaining({ assertion: true })]);
    expect(Object.keys(systemd.timers).sort()).toEqual(
      ['checked', 'either', 'paused', 'plain'].map((name) => `rota.default.acme.${name}`),
    );
    const installed = join(place.folder, 'plain');
    const units = readdirSync(installed).filter((name) => name.startsWith('rota.'));
    expect(units).toHaveLength(6);
    for (const file of units) {
      const name = file.slice(0, file.lastIndexOf('.'));
      const sections = file.endsWith('.timer') ? systemd.timers[name] : systemd.services[name];
      const whole = readFileSync(join(installed, file), 'utf8').replace(/\[X-Rota\]\n[\s\S]*?(\n\n|$)/, '');
      expect(sorted(unitText(sections ?? {}))).toEqual(sorted(whole));
    }
    // A paused job is there, and nothing starts it.
    expect(systemd.timers['rota.default.acme.paused']).not.toHaveProperty('Install');
    const state = '.local/state/rota';
    expect(files[`${state}/bin/rota-run`]).toMatch(
      /^rota-run: #!\/bin\/sh\n[\s\S]*\nnode='\/nodejs\/bin\/node'\n[\s\S]*\n {2}exec "\$node" '.*rota-run\.cjs' "\$@"\n/,
    );
    const launch = Object.entries(files).filter(([path]) => path.startsWith(`${state}/namespaces/default/launch/`));
    expect(launch.length).toBeGreaterThanOrEqual(3);
    for (const [path, source] of launch) {
      expect(source.endsWith(path.slice(path.lastIndexOf('/')))).toBe(true);
      expect(existsSync(source)).toBe(true);
    }
  });

  test('asks for the host where jobs are for some hosts only, and for the home that it was made for', async () => {
    const place = cliWorkplace();
    declare(place);
    await place.call(['render', '--format', 'nix', '--out', 'nix', '.']);
    const here = async (...host: readonly [string, string]) =>
      Object.keys((await evaluate(place, ...host)).systemd.timers).includes('rota.default.acme.nas');
    expect(await here('Nas', '{ role = "backup"; }')).toBe(true);
    expect(await here('nas', '{ role = "desktop"; }')).toBe(false);
    expect(await here('laptop', '{ role = "backup"; }')).toBe(false);
    expect((await evaluate(place, '', '{ }', '/home/other')).assertions).toEqual([expect.objectContaining({ assertion: false })]);
  });

  test('runs `on: apply` jobs as activation entries: in order, once for each content, again after a failure, never in a dry run', async () => {
    const place = cliWorkplace();
    declare(place);
    await place.call(['render', '--format', 'nix', '--out', 'nix', '.']);
    const { activation } = await evaluate(place);
    const [links, reload] = [activation['rota-acme-links'], activation['rota-acme-reload']];
    expect([links?.after, reload?.after]).toEqual([['linkGeneration'], ['linkGeneration', 'rota-acme-links']]);
    const launcher = join(place.home, '.local/state/rota/bin/rota-run');
    mkdirSync(dirname(launcher), { recursive: true });
    writeFileSync(launcher, '#!/bin/sh\necho "$2 $3" >>"$HOME/runs"\n[ ! -e "$HOME/broken" ]\n');
    chmodSync(launcher, 0o755);
    const runs = (): number =>
      existsSync(join(place.home, 'runs')) ? readFileSync(join(place.home, 'runs'), 'utf8').split('\n').length - 1 : 0;
    const activate = async (env = {}): Promise<number> => {
      const script = ['set -eu', links?.data ?? '', reload?.data ?? ''].join('\n');
      await output('bash', ['-c', script], { env: { HOME: place.home, ...env } });
      return runs();
    };
    expect(await activate({ DRY_RUN: '1' })).toBe(0);
    writeFileSync(join(place.home, 'broken'), '');
    // The first fails, and what comes after it waits.
    expect(await activate()).toBe(1);
    await output('rm', [join(place.home, 'broken')]);
    expect(await activate()).toBe(3);
    expect(await activate()).toBe(3);
    expect(readFileSync(join(place.home, 'runs'), 'utf8')).toMatch(/^(--event apply\n){3}$/);
  });
});

describe('rota render --format nix', () => {
  test('goes with systemd only', async () => {
    const place = cliWorkplace();
    place.write('a.yaml', manifest('a'));
    const refusal = await place.call(['render', '--format', 'nix', '--backend', 'cron', 'a.yaml', '--json']);
    expect([refusal.exitCode, refusal.stdout]).toEqual([1, expect.stringContaining('home-manager has user units of systemd')]);
  });
});
