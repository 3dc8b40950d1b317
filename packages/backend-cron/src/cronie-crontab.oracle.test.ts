import type { BackendChange } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { describeWithDaemon, oraclesAsked } from '../../../scripts/oracles/built-daemon.ts';
import { cronDaemon } from '../../../scripts/oracles/cron-daemon.ts';
import { cron } from './cron.ts';
import { cronieProgram } from './cronie-program.test-support.ts';
import { lostListing } from './lost-listing.test-support.ts';
import { type PrivateCrontab, privateCrontab } from './private-crontab.test-support.ts';
import { realWorldTable } from './real-world-tables.test-support.ts';
import { create, inverted } from './sample-entry.test-support.ts';

const backend = cron();

describeWithDaemon('cronie')("cronie's crontab program", () => {
  let crontab: PrivateCrontab;
  beforeAll(async () => {
    await cronDaemon({ daemon: 'cronie', zone: 'UTC', table: '', from: 0, to: 60 });
    crontab = await privateCrontab();
  });
  const hostOf = () => crontab.host('root', undefined, cronieProgram());
  const apply = (host: ReturnType<typeof hostOf>, changes: readonly BackendChange[]) =>
    backend.apply(host, { namespace: 'default', changes, dialect: { name: 'cronie' } });

  it('is known by what it says, and has no table at first', async () => {
    expect((await backend.detect(hostOf())).dialect).toEqual({ name: 'cronie' });
    expect(await backend.list(hostOf(), { namespace: 'default', expected: new Map() })).toEqual([]);
  });

  it('gets tables of the real world back byte for byte, but for a final newline that it demands', async () => {
    const host = hostOf();
    const changes = ['a', 'b'].map((name) => create(name));
    for (const text of fc.sample(realWorldTable, oraclesAsked ? 50 : 10)) {
      await crontab.restore('root', Buffer.from(text));
      await apply(host, changes);
      await apply(host, changes.map(inverted));
      // It takes a last line without a line break only if that is a comment, or blank.
      const demanded = text.endsWith('\n') || /(^|\n)[ \t]*(#[^\n]*)?$/.test(text) ? text : `${text}\n`;
      expect((await crontab.spool('root'))?.toString()).toBe(demanded);
    }
  });

  it('refuses what is wrong in a line that is not ours, and nothing is changed', async () => {
    await crontab.restore('root', Buffer.from('61 * * * * true\n'));
    await expect(apply(hostOf(), [create('a')])).rejects.toMatchObject({ code: 'ROTA_CRONTAB_REFUSED' });
    expect((await crontab.spool('root'))?.toString()).toBe('61 * * * * true\n');
  });

  it('whose listing is lost is not taken for an empty table; one that a person emptied is', async () => {
    await crontab.restore('root', Buffer.from('17 3 * * * /bin/echo theirs\n'));
    const host = hostOf();
    const lost = lostListing(host);
    await expect(apply(lost, [create('a')])).rejects.toMatchObject({
      code: 'ROTA_CRONTAB_UNREADABLE',
      message: expect.stringContaining('`crontab -e` edits one that has lines'),
    });
    expect((await crontab.spool('root'))?.toString()).toBe('17 3 * * * /bin/echo theirs\n');
    await crontab.restore('root', Buffer.from(''));
    await apply({ ...host, stateDir: temporaryFolder() }, [create('a')]);
    expect((await crontab.spool('root'))?.toString()).toContain('acme/a');
  });
});
