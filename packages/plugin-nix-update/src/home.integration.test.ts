import { bundleForMachine, requirePart, type TestMachine, testMachine, testMachinePart } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import type { UpdateReport } from './report.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';

const describe = requirePart(testMachinePart);

/** What home-manager's own activation leaves behind, on a small scale. Its driver, which sets the profile, is the updater. */
const flake = `{
  inputs.dep.url = "git+file:///home/ada/dep";
  outputs = { dep, ... }: {
    homeConfigurations."ada@nix-home".activationPackage = derivation {
      name = "home-manager-generation"; system = "x86_64-linux"; builder = "/bin/sh";
      args = [ "-ec" ''
        PATH=/usr/bin:/bin
        mkdir $out
        printf '%s\\n' '#!/bin/sh' 'set -e' 'me=$(readlink -f "$0"); me=\${"$"}{me%/activate}' 'echo "activate $*" >>~/journal' \\
          'mkdir -p ~/.local/state/home-manager/gcroots' 'ln -sfn "$me" ~/.local/state/home-manager/gcroots/current-home' \\
          'echo \${dep.data.greeting} >~/greeting' >$out/activate
        chmod +x $out/activate
      '' ];
    };
  };
}
`;

const options: NixUpdateOptions = {
  enable: true,
  system: 'home-manager',
  flakePath: '/home/ada/conf',
  requireNetwork: false,
  minUptime: 0,
  healthSettle: 0,
  healthGrace: 0,
  diskThreshold: 100,
  healthChecks: [{ command: ['grep', '-q', 'hello', '/home/ada/greeting'] }],
};

describe('the home of an ordinary user', () => {
  let machine: TestMachine;
  const ada = async (script: string, input = ''): Promise<string> =>
    await machine.output('sh', ['-ec', script], { user: 'ada', input });
  const publish = async (greeting: string): Promise<void> =>
    void (await ada('cd ~/dep; cat >data.nix; git add .; git commit -qm data', `{ greeting = "${greeting}"; }\n`));
  const update = async (changed: Partial<NixUpdateOptions> = {}): Promise<readonly UpdateReport[]> => {
    const input = JSON.stringify({ options: { ...options, ...changed } });
    const { stdout, stderr } = await machine.exec('node', ['/srv/driver.mjs'], { user: 'ada', input });
    if (!stdout.startsWith('[')) throw new Error(stdout + stderr);
    return JSON.parse(stdout);
  };
  const home = async (): Promise<string> =>
    await ada(
      'cat ~/greeting; readlink -f ~/.local/state/nix/profiles/home-manager; readlink ~/.local/state/home-manager/gcroots/current-home',
    );

  beforeAll(async () => {
    const [booted, driver] = await Promise.all([
      testMachine('nix-home'),
      bundleForMachine('packages/plugin-nix-update/src/testing/driver.ts'),
    ]);
    machine = booted;
    await machine.output('sh', ['-ec', 'cat >/srv/driver.mjs'], { input: driver });
    await machine.output('sh', [
      '-ec',
      `mkdir -p /etc/nix
      printf '%s\\n' 'experimental-features = nix-command flakes' 'sandbox = false' 'build-users-group =' 'substituters =' 'flake-registry =' >/etc/nix/nix.conf
      systemd-run --quiet --unit=nix-daemon nix-daemon
      for i in $(seq 100); do [ -S /nix/var/nix/daemon-socket/socket ] && exit 0; sleep 0.1; done; exit 1`,
    ]);
    await ada(`git config --global user.name Ada; git config --global user.email ada@example.org; git config --global init.defaultBranch main
      mkdir -p ~/.local/state/nix/profiles; git init -q ~/dep; git init -q ~/conf
      cd ~/dep; echo '{ outputs = _: { data = import ./data.nix; }; }' >flake.nix`);
    await publish('hello');
    await ada('cat >~/conf/flake.nix; cd ~/conf; git add .; nix flake lock; git add .; git commit -qm first', flake);
  });

  test('is all that an ordinary user may update: the machine is refused before anything is touched', async () => {
    const answer = await machine.exec('node', ['/srv/driver.mjs'], {
      user: 'ada',
      input: JSON.stringify({ options: { ...options, system: 'nixos', healthChecks: [] } }),
    });
    expect(JSON.parse(answer.stdout)).toMatchObject([
      {
        status: 'failed',
        step: 'preconditions',
        failure: { class: 'precondition', message: expect.stringContaining('needs root') },
      },
    ]);
  });

  test('that had none before, and is not well, is said so once, and keeps no later update from beginning', async () => {
    await publish('never');
    const [bad] = await update();
    expect(bad).toMatchObject({ status: 'rollback-failed', failure: { class: 'rollback' } });
    expect(await ada('cd ~/conf; git status --porcelain')).toBe('');
    expect(await update()).toMatchObject([{ status: 'deferred', failure: { class: 'bad-revision' } }]);
    // One that is cut off does not keep the next from beginning either.
    await ada('rm -r ~/.local/state/home-manager');
    await publish('never ever');
    const input = JSON.stringify({ options, killAt: 'activate:done' });
    expect((await machine.exec('node', ['/srv/driver.mjs'], { user: 'ada', input })).exitCode).toBe(137);
    expect(await update()).toMatchObject([{ kind: 'recovery', status: 'rollback-failed' }]);
    // As it was.
    await ada(
      'rm -r ~/.local/state/home-manager; rm ~/journal ~/greeting; cd ~/dep; git reset -q --hard $(git rev-list --max-parents=0 HEAD)',
    );
    expect(await ada('cd ~/conf; git status --porcelain')).toBe('');
  });

  test('gets its first generation, a newer one, and goes back from one that is not well', async () => {
    const [first] = await update();
    expect(first).toMatchObject({ status: 'updated', reboot: 'not-needed', from: null });
    expect(await home()).toBe(['hello', first?.to, first?.to].join('\n'));
    await publish('hello again');
    const [second] = await update({ hostCanCommitConfig: true });
    expect(second).toMatchObject({ status: 'updated', from: first?.to });
    const well = await home();
    expect(well).toBe(['hello again', second?.to, second?.to].join('\n'));
    expect(await ada('cd ~/conf; git log --format=%s; git status --porcelain')).toBe('flake.lock: update on nix-home\nfirst');
    await publish('bye');
    expect(await update({ hostCanCommitConfig: true })).toMatchObject([{ status: 'rolled-back', failure: { class: 'health' } }]);
    expect(await home()).toBe(well);
    expect(await ada('cat ~/journal')).toBe(Array(4).fill('activate --driver-version 1').join('\n'));
  });
});
