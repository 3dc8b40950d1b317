import { bundleRota, installRota, requirePart, rootPart, testMachine, testMachinePart } from '@rota/test-support';
import { expect, it } from 'vitest';
import { manifest } from '../testing/cli-workplace.ts';

const describe = requirePart(rootPart, testMachinePart);

describe('a repository behind a real ssh server', () => {
  it('whose key changes is not read; the jobs stay, and what to type is said', async () => {
    const server = await testMachine('forge', { network: 'sync-ssh' });
    const client = await testMachine('client', { network: 'sync-ssh' });
    await installRota(client, await bundleRota());
    const ann = { user: 'ann' };
    await client.output('sh', ['-ec', 'mkdir -p -m 700 .ssh; ssh-keygen -q -t ed25519 -N "" -f .ssh/id_ed25519'], ann);
    const key = await client.output('cat', ['.ssh/id_ed25519.pub'], ann);
    const script = `umask 077; mkdir -p .ssh jobs.git; echo '${key}' >.ssh/authorized_keys
      git init -q --initial-branch=main jobs.git; cd jobs.git; mkdir jobs; cat >jobs/one.yaml; git add -A
      git -c user.name=A -c user.email=a@example.org commit -qm one`;
    await server.output('sh', ['-ec', script], { user: 'git', input: manifest('one') });
    const rota = (...args: readonly string[]) =>
      client.exec('rota', [...args, '--json'], { ...ann, env: { ROTA_MAINTENANCE: 'off' } });
    const sync = async () => JSON.parse((await rota('sync', '--repo', 'git@forge:jobs.git', '--backend', 'systemd')).stdout);
    const jobs = async () =>
      JSON.parse((await rota('status')).stdout).jobs.map(({ name, state }: { name: string; state: string }) => [name, state]);

    expect((await sync()).error).toMatchObject({
      code: 'ROTA_SYNC_UNREACHABLE',
      message: expect.stringContaining('does not know the key of its host'),
      suggestions: [expect.stringContaining('Compare the key'), 'If it is the right one: ssh -T git@forge'],
    });
    // As typed, with the answer that a person would give.
    const typed = async (suggestion: string): Promise<void> => {
      const command = suggestion.replace(/^[^:]*: /, '').replace('ssh -T', 'ssh -o StrictHostKeyChecking=accept-new -T');
      await client.exec('sh', ['-c', `${command} true`], ann);
    };
    await typed('If it is the right one: ssh -T git@forge');
    expect((await sync()).outcome).toBe('applied');
    expect(await jobs()).toEqual([['one', 'waiting']]);

    await server.output('sh', ['-ec', 'rm /etc/ssh/ssh_host_*; ssh-keygen -A; systemctl restart ssh || systemctl restart sshd']);
    const { error } = await sync();
    expect(error).toMatchObject({
      code: 'ROTA_SYNC_UNREACHABLE',
      message: expect.stringContaining('knows its host by another key'),
      suggestions: [
        expect.stringContaining('somebody may stand between'),
        'If it was changed on purpose: ssh-keygen -R forge; ssh -T git@forge',
      ],
    });
    expect(await jobs()).toEqual([['one', 'waiting']]);
    expect(JSON.parse((await rota('sync', '--status')).stdout)).toMatchObject({
      repositories: [{ outcome: 'failed', failures: 1, error: { code: 'ROTA_SYNC_UNREACHABLE' } }],
    });
    await typed(error.suggestions[1]);
    expect((await sync()).outcome).toBe('unchanged');
  });
});
