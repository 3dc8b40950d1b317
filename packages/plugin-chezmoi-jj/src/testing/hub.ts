import type { TestMachine } from '@rota/test-support';

/** A machine that has the Git remote, which is reached with ssh as `git@<name>:dotfiles.git`. */
export async function serveRepository(hub: TestMachine): Promise<void> {
  await hub.output('sh', ['-ec', 'useradd --create-home --shell /bin/bash git; install -d -o git -m 700 /home/git/.ssh']);
  await hub.output('runuser', ['-u', 'git', '--', 'git', 'init', '-q', '--bare', '-b', 'main', '/home/git/dotfiles.git']);
}

/** Makes a key for a user, at a path below the home folder, and lets it in at the hub. */
export async function letIn(hub: TestMachine, host: TestMachine, user: string, key = '.ssh/id_ed25519'): Promise<void> {
  const script = 'mkdir -p -m 700 ~/.ssh && ssh-keygen -q -t ed25519 -N "" -f "$1" && cat >~/.ssh/known_hosts';
  const hostKey = await hub.output('cat', ['/etc/ssh/ssh_host_ed25519_key.pub']);
  const home = `/home/${user}`;
  await host.output('sh', ['-c', script, 'sh', key], { user, cwd: home, env: { HOME: home }, input: `${hub.name} ${hostKey}\n` });
  const input = `${await host.output('cat', [`${home}/${key}.pub`], { user })}\n`;
  await hub.output('sh', ['-c', 'cat >>/home/git/.ssh/authorized_keys; chown git /home/git/.ssh/authorized_keys'], { input });
}
