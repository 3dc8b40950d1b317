import { requirePart, sampleSize, testMachine, testMachinePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { rota } from './two-machines.test-support.ts';

// Nothing is in PATH while it is built.
const expression = `derivation { name = "web"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo 'exec sleep infinity' >$out" ]; }`;
const nixConf = 'sandbox = false\nbuild-users-group =\nsubstituters =\n';

requirePart(testMachinePart)('a target that moves to a machine where what it runs as is not', () => {
  // Two machines and a nix of its own: for CI.
  test.skipIf(sampleSize({ here: 0, inCi: 1 }) === 0)(
    'is refused, and moves with --with-artifact, which nix sends there',
    async () => {
      const [old, fresh] = [
        await testMachine('artifact-old', { network: 'artifact' }),
        await testMachine('artifact-fresh', { network: 'artifact' }),
      ];
      const write = async (machine: typeof old, path: string, text: string) =>
        await machine.output('sh', ['-c', 'mkdir -p "$(dirname "$1")"; cat >"$1"', 'write', path], { input: text });
      for (const machine of [old, fresh]) await write(machine, '/etc/nix/nix.conf', nixConf);
      const artifact = await old.output('nix-build', ['--no-out-link', '--expr', expression]);
      for (const machine of [old, fresh]) {
        await write(machine, '/etc/systemd/system/web.service', `[Service]\nExecStart=/bin/sh ${artifact}\n`);
        await machine.output('systemctl', ['daemon-reload']);
      }
      await write(old, '/var/lib/web/note', 'x\n');
      await old.output('systemctl', ['start', 'web']);
      await old.output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', '/root/.ssh/id_ed25519']);
      await write(fresh, '/root/.ssh/authorized_keys', await old.output('cat', ['/root/.ssh/id_ed25519.pub']));
      await old.output('sh', [
        '-c',
        `until ssh-keyscan -T 2 ${fresh.name} >/root/.ssh/known_hosts 2>/dev/null && test -s /root/.ssh/known_hosts; do sleep 0.2; done`,
      ]);
      const web = {
        name: 'web',
        attr: { 'x86_64-linux': 'packages.x86_64-linux.web' },
        hints: ['web/**'],
        inputs: [],
        deployment: { mode: 'command', host: old.name, deploy: ['/bin/true'] },
        state: { roots: [{ name: 'data', path: '/var/lib/web' }], stop: [{ unit: 'web.service', scope: 'system' }] },
      };
      await write(old, '/root/app/jobs.config.json', JSON.stringify({ tenant: 'acme', targets: [web] }));
      const call = async (...args: readonly string[]) => {
        const { stdout, stderr, exitCode } = await old.exec(rota, [...args, '--json'], { cwd: '/root/app', timeoutMs: 300_000 });
        expect(stdout, stderr).not.toBe('');
        return { exitCode, ...JSON.parse(stdout) };
      };
      const active = async (machine: typeof old) => (await machine.exec('systemctl', ['is-active', 'web'])).stdout.trim();
      expect(await call('targets', 'mark-deployed', 'web', '--artifact', artifact, '--system', 'x86_64-linux')).toMatchObject({
        exitCode: 0,
      });

      const move = ['bundle', 'migrate', 'web', `root@${fresh.name}`, '--remote-command', rota, '--yes'];
      const refused = await call(...move);
      expect(refused).toMatchObject({
        exitCode: 1,
        error: { code: 'ROTA_BUNDLE_TARGET', message: expect.stringContaining('--with-artifact') },
      });
      expect(await active(old)).toBe('active');

      expect(await call(...move, '--with-artifact')).toMatchObject({ exitCode: 0, to: fresh.name });
      await fresh.output('nix-store', ['--check-validity', artifact]);
      expect([await active(old), await active(fresh)]).toEqual(['inactive', 'active']);
      expect(await fresh.output('cat', ['/var/lib/web/note'])).toBe('x');
    },
  );
});
