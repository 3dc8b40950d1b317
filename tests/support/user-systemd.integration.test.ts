import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { userSystemdPart } from './parts.ts';
import { requirePart } from './require-part.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { userSystemd } from './user-systemd.ts';

const describeWithUserSystemd = requirePart(userSystemdPart);

describeWithUserSystemd('the user manager for tests', () => {
  test('fires a timer of its user, and the journal has the output', async () => {
    const ann = await userSystemd('rota-support');
    const unit = `rota-test-${randomUUID()}`;
    // journald reads the unit of the process that wrote a line from its control group, too late for one that has ended: hence the sleep.
    const command = ['sh', '-c', 'echo "$USER"; sleep 5'];
    await ann.output('systemd-run', [
      '--user',
      `--unit=${unit}`,
      '--on-active=1',
      '--timer-property=AccuracySec=10ms',
      ...command,
    ]);
    const journal = async (): Promise<string> =>
      (await ann.exec('journalctl', [`--user-unit=${unit}.service`, '-o', 'cat', '--no-pager'])).stdout;
    await expect.poll(journal).toMatch(new RegExp(`^${ann.user}$`, 'm'));
  });

  test('runs commands in the given folder with the environment of a login', async () => {
    const ann = await userSystemd('rota-support');
    const cwd = temporaryFolder({ owner: ann });
    expect(await ann.output('sh', ['-c', 'echo "$PWD $HOME $GIVEN"; touch mine'], { cwd, env: { GIVEN: 'a b' } })).toBe(
      `${cwd} ${ann.home} a b`,
    );
    expect((await ann.exec('env')).stdout).not.toContain('VITEST');
    expect((await ann.exec('sh', ['-c', 'exit 7'])).exitCode).toBe(7);
  });
});
