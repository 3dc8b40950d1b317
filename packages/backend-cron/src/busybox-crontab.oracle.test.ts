import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost, type Host } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { describeWithDaemon, oracleCache, oraclesAsked } from '../../../scripts/oracles/built-daemon.ts';
import { cronDaemon } from '../../../scripts/oracles/cron-daemon.ts';
import { cron } from './cron.ts';
import { lostListing } from './lost-listing.test-support.ts';
import { realWorldTable } from './real-world-tables.test-support.ts';
import { create, inverted } from './sample-entry.test-support.ts';

const busybox = join(oracleCache, 'busybox-crond');

describeWithDaemon('busybox-crond')("BusyBox's crontab program", () => {
  const spool = join(temporaryFolder(), 'crontabs');
  mkdirSync(spool);
  const table = join(spool, 'root');
  const base = createHost();
  const host: Host = {
    ...base,
    user: { ...base.user, name: 'root' },
    stateDir: temporaryFolder(),
    run: (request) => base.run({ ...request, file: busybox, args: ['crontab', '-c', spool, ...request.args] }),
  };
  const backend = cron();
  const applyTo = (to: Host, changes: Parameters<typeof backend.apply>[1]['changes']) =>
    backend.apply(to, { namespace: 'default', changes, dialect: { name: 'busybox' } });
  const apply = (changes: Parameters<typeof backend.apply>[1]['changes']) => applyTo(host, changes);

  // The first call of the oracle builds it.
  beforeAll(async () => void (await cronDaemon({ daemon: 'busybox', zone: 'UTC', table: '', from: 0, to: 60 })));

  it('is known by what it says', async () => {
    expect((await backend.detect(host)).dialect).toEqual({ name: 'busybox' });
  });

  it('has no table at first, which is not an error', async () => {
    expect(await backend.list(host, { namespace: 'default', expected: new Map() })).toEqual([]);
  });

  it('gets tables of the real world back byte for byte, with or without the final newline', async () => {
    const changes = ['a', 'b'].map((name) => create(name));
    for (const text of fc.sample(realWorldTable, oraclesAsked ? 50 : 15)) {
      writeFileSync(table, text);
      await apply(changes);
      expect(await backend.list(host, { namespace: 'default', expected: new Map() })).toHaveLength(2);
      await apply(changes.map(inverted));
      expect(readFileSync(table, 'utf8')).toBe(text);
    }
  });

  it('whose listing is lost is not taken for an empty table; one that a person emptied is', async () => {
    writeFileSync(table, '17 3 * * * /bin/echo theirs\n');
    const lost = lostListing(host);
    await expect(applyTo(lost, [create('a')])).rejects.toMatchObject({
      code: 'ROTA_CRONTAB_UNREADABLE',
      message: expect.stringContaining('`crontab -e` edits one that has lines'),
    });
    expect(readFileSync(table, 'utf8')).toBe('17 3 * * * /bin/echo theirs\n');
    writeFileSync(table, '');
    await applyTo({ ...host, stateDir: temporaryFolder() }, [create('a')]);
    expect(readFileSync(table, 'utf8')).toContain('acme/a');
  });
});
