import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A real sshd of this user on a port of loopback, with keys that were made for it. */
export interface SshServer {
  /** Options of ssh_config(5) that reach it. */
  readonly options: readonly string[];
  readonly host: string;
  readonly stop: () => Promise<void>;
}

/** Starts a server; resolves when it answers. What it runs gets the variables. */
export async function sshServer(env: Readonly<Record<string, string>> = {}): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'rota-sshd-'));
  const key = (name: string): string => join(folder, name);
  for (const name of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key(name)]);
  writeFileSync(key('authorized'), readFileSync(key('user.pub')));
  chmodSync(key('authorized'), 0o600);
  const config = ['UsePAM no', 'StrictModes no', 'PasswordAuthentication no', 'MaxStartups 100:30:200', `PidFile ${key('pid')}`];
  const variables = Object.entries(env).map(([name, value]) => `"${name}=${value}"`);
  if (variables.length > 0) config.push(`SetEnv ${variables.join(' ')}`);
  writeFileSync(key('config'), `${config.join('\n')}\nHostKey ${key('host')}\nAuthorizedKeysFile ${key('authorized')}\n`);
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const { server, port } = await listening(['-D', '-e', '-f', key('config'), '-o', 'ListenAddress=127.0.0.1']);
  writeFileSync(key('known'), `[127.0.0.1]:${port} ${readFileSync(key('host.pub'), 'utf8')}`);
  return {
    host: `${userInfo().username}@127.0.0.1`,
    options: [`Port=${port}`, `IdentityFile=${key('user')}`, 'IdentitiesOnly=yes', `UserKnownHostsFile=${key('known')}`],
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** sshd wants a number. Another program may take a free port before it, and it tries another then. */
async function listening(args: readonly string[]): Promise<{ readonly server: ChildProcess; readonly port: number }> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const server = spawn('/usr/sbin/sshd', [...args, '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    const isUp = await new Promise<boolean>((resolve, reject) => {
      server.stderr.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('Server listening')) resolve(true);
      });
      server.once('error', reject);
      server.once('exit', () => resolve(false));
    });
    if (isUp) return { server, port };
    if (tries === 5 || !said.includes('Address already in use')) throw new Error(`sshd ended: ${said}`);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
