import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cronPart, requirePart, rootPart, temporaryFolder } from '@rota/test-support';
import { beforeAll, expect, it } from 'vitest';
import { type PrivateCrontab, privateCrontab } from '../private-crontab.test-support.ts';
import { openEditors } from './open-editors.ts';

requirePart(rootPart, cronPart)('an editor of root that is open', () => {
  let crontab: PrivateCrontab;
  beforeAll(async () => {
    crontab = await privateCrontab();
  });

  const itsOwnSpool =
    'unshare --pid --fork --mount-proc sh -c "mount -t tmpfs none /var/spool/cron/crontabs && exec \\"\\$@\\"" - ';

  it.each([
    ['crontab -u root -e', '', ['root']],
    ['crontab -u nobody -e', '', ['nobody']],
    ['crontab -e -unobody', '', ['nobody']],
    ['crontab -eu nobody', '', ['nobody']],
    ['crontab -e -u root', 'unshare --pid --fork ', ['root']],
    ['crontab -e', itsOwnSpool, []],
  ])('as `%s` %sholds the table of %j alone', async (command, within, users) => {
    const close = join(temporaryFolder(), 'close');
    const ended = crontab.sh(`VISUAL='sh -c "until [ -e ${close} ]; do sleep 0.05; done"' ${within}${command} 2>&1`);
    const seen = () =>
      (['root', 'nobody'] as const).filter((user) => openEditors(crontab.host(user)).some((one) => one.command === command));
    const isThere = async () => (await crontab.sh(`pgrep -fx "${command}" || true`)).trim();
    await expect.poll(isThere).not.toBe('');
    expect(seen()).toEqual(users);
    writeFileSync(close, '');
    await ended;
    expect(seen()).toEqual([]);
  });

  it('in another PID namespace holds no table of a user who may not see which one it edits', async () => {
    const close = join(temporaryFolder(), 'close');
    const ended = crontab.sh(
      `VISUAL='sh -c "until [ -e ${close} ]; do sleep 0.05; done"' unshare --pid --fork crontab -eu nobody 2>&1`,
    );
    const host = crontab.host('nobody');
    await expect.poll(() => openEditors(host)).toMatchObject([{ command: 'crontab -eu nobody' }]);
    // proc_pid_root(5): it takes the right to trace the process, which these tests have as root.
    const facts: typeof host.files.facts = (path) => {
      if (/^\/proc\/\d+\/root/.test(path)) throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES' });
      return host.files.facts(path);
    };
    expect(openEditors({ ...host, files: { ...host.files, facts } })).toEqual([]);
    writeFileSync(close, '');
    await ended;
  });
});
