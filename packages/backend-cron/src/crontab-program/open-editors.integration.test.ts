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

  it.each([
    ['crontab -u root -e', '', ['root']],
    ['crontab -u nobody -e', '', ['nobody']],
    ['crontab -e -unobody', '', ['nobody']],
    ['crontab -eu nobody', '', ['nobody']],
    ['crontab -e -u root', 'unshare --pid --fork ', []],
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
});
