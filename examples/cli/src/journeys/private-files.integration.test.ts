import { bundleRota, installRota, requirePart, rootPart, testMachine, testMachinePart } from '@rota/test-support';
import { expect, it } from 'vitest';
import { manifest } from '../testing/cli-workplace.ts';

const describe = requirePart(rootPart, testMachinePart);
const literal = 'literal-value-of-the-environment';
const secret = 'secret-value-of-the-host';

describe('a job with values that nobody else is to see, installed where everything is open to everybody (umask 000)', () => {
  it('leaves no file that another user can read, and the secret in none at all', async () => {
    const machine = await testMachine('private');
    await installRota(machine, await bundleRota());
    const env = { LITERAL: literal, SECRET: '${ROTA_SECRET}' };
    const jobs = ['systemd', 'cron'].map((backend) =>
      manifest(backend, { backend, env, shell: true, command: 'echo "out $LITERAL"', retry: { enabled: true } }),
    );
    jobs.push(manifest('native', { backend: 'systemd', env: { LITERAL: literal } }));
    const script = `umask 000; chmod 755 /home/ann
      mkdir -p jobs .config/rota; printf 'ROTA_SECRET=${secret}\\n' >.config/rota/secrets.env; chmod 600 .config/rota/secrets.env
      ${jobs.map((text, index) => `cat >jobs/${index}.yaml <<'END'\n${text}END`).join('\n')}
      rota plan jobs --out plan.json --json >/dev/null
      rota apply --plan plan.json --yes --json
      rota run systemd --json; rota run cron --json; rota run native --json
      sed -i 's/0 2 /0 3 /' jobs/*.yaml; rota apply jobs --yes --json; rota rollback --yes --json
      rota maintain --json; rota status --json >/dev/null; rota report --out report.html --json >/dev/null || true
      git init -q --initial-branch=main repo; mkdir repo/jobs; cp jobs/*.yaml repo/jobs; cd repo; git add -A
      git -c user.name=A -c user.email=a@example.org commit -qm one; cd ..
      rota sync --repo /home/ann/repo --namespace synced --json`;
    const made = await machine.exec('sh', ['-ec', script], { user: 'ann', timeoutMs: 170_000 });
    expect(made.exitCode, made.stdout + made.stderr).toBe(0);

    // What holds the value, anywhere that Rota wrote; the manifests and the repository are the person's own.
    const places = '/home/ann/.local /home/ann/.config /home/ann/plan.json /var/spool/cron/crontabs /run/user /var/lib/systemd';
    const holding = async (text: string): Promise<readonly string[]> =>
      (await machine.output('sh', ['-c', `grep -rlsF -- '${text}' ${places} || true`])).split('\n').filter((line) => line !== '');
    const withLiteral = await holding(literal);
    for (const part of ['/launch/', '/generations/', '/output/', 'plan.json', '.service'])
      expect(withLiteral.join('\n')).toContain(part);
    // Read by another user, not computed from modes: a closed folder above closes what is in it.
    const readable = await machine.output('sh', [
      '-c',
      `for file in ${withLiteral.map((file) => `'${file}'`).join(' ')}; do setpriv --reuid=65534 --regid=65534 --clear-groups cat "$file" >/dev/null 2>&1 && echo "$file"; done; true`,
    ]);
    expect(readable).toBe('');
    // And each on its own, too: a state folder may be opened by hand.
    const open = await machine.output('sh', [
      '-c',
      `find /home/ann/.local/state/rota /home/ann/plan.json /home/ann/.config/systemd/user -not -type l -perm /077 -printf '%m %p\\n'`,
    ]);
    expect(open).toBe('');
    expect(await holding(secret)).toEqual(['/home/ann/.config/rota/secrets.env']);
  });
});
