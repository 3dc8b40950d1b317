import { bundleRota, installRota, requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

describe('the dotfile job of one plugin before the update of the other, on a machine with jj, chezmoi and nix', () => {
  let machine: NixMachine;
  const session = { XDG_RUNTIME_DIR: '/run/user/0', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/0/bus' };
  const rota = async (...args: readonly string[]) => {
    const { stdout, stderr } = await machine.exec('rota', [...args, '--json'], {
      cwd: '/root/homelab',
      env: session,
      timeoutMs: 120_000,
    });
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  };
  /** What another host publishes. */
  const publishDotfile = async (content: string): Promise<void> =>
    void (await machine.sh(`rm -rf /tmp/other; git clone -q /srv/dotfiles.git /tmp/other; cd /tmp/other
      echo ${content} >dot_app.conf; git commit -qam '${content}'; git push -q`));
  /** What the dotfile was when the new system was activated. */
  const watchActivation = async (): Promise<void> =>
    void (await machine.sh("echo 'cp /root/.app.conf /var/lib/machine/seen' >/var/lib/machine/after-test"));

  beforeAll(async () => {
    machine = await nixMachine('nix-dotfiles');
    await installRota(machine, await bundleRota('plugin-nix-update', 'plugin-chezmoi-jj'));
    const plugin = (name: string): string => `/opt/rota/node_modules/@rota/plugin-${name}/index.js`;
    const config = `import { nixUpdate } from '${plugin('nix-update')}';
import { chezmoiJj } from '${plugin('chezmoi-jj')}';
export default {
  tenant: 'home',
  backend: 'systemd',
  plugins: [
    nixUpdate(${JSON.stringify(machine.options)}),
    chezmoiJj({ enable: true, repoUrl: '/srv/dotfiles.git', schedule: '0 5 1 1 *' }),
  ],
};
`;
    await machine.output('sh', ['-ec', 'mkdir -p /root/homelab; cat >/root/homelab/jobs.config.mjs'], { input: config });
    await machine.sh(`git init -q --bare --initial-branch=main /srv/dotfiles.git
      echo one >/root/.app.conf; chezmoi init; chezmoi add /root/.app.conf
      mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/root; systemctl start user@0`);
    expect(await rota('chezmoi', 'sync')).toMatchObject({ state: 'ok' });
  });

  test('the nightly job brings the dotfiles first, and then the system', async () => {
    await machine.reset();
    expect(await rota('apply', '--yes')).toMatchObject({
      changes: [{ name: 'chezmoi-sync' }, { name: 'nix-update' }, { name: 'nix-update-verify' }],
    });
    await publishDotfile('two');
    await machine.publish({ version: '2' });
    await watchActivation();
    await machine.output('systemctl', ['--user', 'start', '--wait', 'rota.default.home.nix-update.service'], {
      env: session,
      timeoutMs: 120_000,
    });
    const { last } = await rota('nix', 'status');
    expect(last).toMatchObject({ status: 'updated', cause: 'scheduled', warnings: [] });
    expect(await machine.sh('cat /var/lib/machine/seen')).toBe('two');
    const at = (part: string): number => last.commands.findIndex((command: string) => command.includes(part));
    expect(at('chezmoi sync')).toBeGreaterThan(-1);
    expect(at('chezmoi sync')).toBeLessThan(at('nix flake update'));
    await rota('destroy', '--yes');
  });

  test('dotfiles that cannot be had are a warning, and the system is updated all the same', async () => {
    await machine.reset();
    await publishDotfile('three');
    await machine.publish({ version: '3' });
    await machine.sh('mv /srv/dotfiles.git /srv/away.git');
    await watchActivation();
    const { reports } = await rota('nix', 'update');
    expect(reports).toMatchObject([{ status: 'updated', warnings: [expect.stringContaining('chezmoi-sync')] }]);
    expect(await machine.sh('cat /var/lib/machine/seen')).toBe('two');
    await machine.sh('mv /srv/away.git /srv/dotfiles.git');
    expect(await rota('chezmoi', 'sync')).toMatchObject({ state: 'ok' });
    expect(await machine.sh('cat /root/.app.conf')).toBe('three');
  });
});
