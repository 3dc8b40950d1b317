import type { BackendChange, Host } from '@rota/core';
import { cronPart, requirePart, rootPart } from '@rota/test-support';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cron } from './cron.ts';
import { readTable } from './crontab-program/read-table.ts';
import { type PrivateCrontab, privateCrontab } from './private-crontab.test-support.ts';
import { realWorldTable } from './real-world-tables.test-support.ts';
import { create, inverted, sampleArtifact } from './sample-entry.test-support.ts';

const backend = cron();
const dialect = { name: 'debian' };
const apply = (host: Host, changes: readonly BackendChange[], namespace = 'default') =>
  backend.apply(host, { namespace, changes, dialect });
const body = (spool: Buffer | undefined): string => (spool?.toString('latin1') ?? '').split('\n').slice(3).join('\n');

requirePart(rootPart, cronPart)("Debian's crontab program", () => {
  let private_: PrivateCrontab;
  beforeAll(async () => {
    private_ = await privateCrontab();
  });

  describe.each(['root', 'nobody'] as const)('of %s', (user) => {
    it('gets tables of the real world back byte for byte after apply and destroy', async () => {
      const host = private_.host(user);
      const changes = ['a', 'b'].map((name) => create(name));
      for (const table of fc.sample(realWorldTable, user === 'root' ? 50 : 10)) {
        const bytes = table.endsWith('\n') ? table : `${table}\n`;
        const installed = await host.run({ file: 'crontab', args: ['-'], input: bytes });
        expect(installed.stderr).toBe('');
        await apply(host, changes);
        const during = await backend.list(host, { namespace: 'default', expected: new Map() });
        expect(during.map(({ name, drift }) => ({ name, drift }))).toEqual([
          { name: 'a', drift: [] },
          { name: 'b', drift: [] },
        ]);
        await apply(host, changes.map(inverted));
        expect(body(await private_.spool(user))).toBe(Buffer.from(bytes).toString('latin1'));
      }
    });

    it('is not called to write when nothing changes', async () => {
      const host = private_.host(user);
      await apply(host, [create('a')]);
      const calls: string[] = [];
      const counting: Host = {
        ...host,
        run: (request) => {
          calls.push(request.args.join(' '));
          return host.run(request);
        },
      };
      await apply(counting, [create('a')]);
      expect(calls).toEqual(['-l']);
      await apply(host, [inverted(create('a'))]);
    });

    it('lists a table that was restored without the header whole, first comments and all', async () => {
      const host = private_.host(user);
      const table = '# one\n# two\n# three\n# four\n0 1 * * * true\n';
      await private_.restore(user, Buffer.from(table));
      expect((await readTable(host)).text).toBe(table);
      await apply(host, [create('a')]);
      await apply(host, [inverted(create('a'))]);
      expect(body(await private_.spool(user))).toBe(table);
    });

    it('keeps carriage returns, which its own listing does not show', async () => {
      const host = private_.host(user);
      const table = '0 1 * * * printf "a\\\\rb"\r\n# \b and \xff\r\n';
      await host.run({ file: 'crontab', args: ['-'], input: Buffer.from(table, 'latin1') });
      await apply(host, [create('a')]);
      await apply(host, [inverted(create('a'))]);
      expect(body(await private_.spool(user))).toBe(table);
    });

    it('gives a table without a final newline one, because it takes no other, and nothing else', async () => {
      const host = private_.host(user);
      await private_.restore(user, Buffer.from('0 1 * * * true'));
      await apply(host, [create('a')]);
      await apply(host, [inverted(create('a'))]);
      expect(body(await private_.spool(user))).toBe('0 1 * * * true\n');
    });

    it('leaves no crontab where there was none', async () => {
      const host = private_.host(user);
      await host.run({ file: 'crontab', args: ['-r'] });
      await apply(host, [create('a')]);
      await apply(host, [inverted(create('a'))]);
      expect(await private_.spool(user)).toBeUndefined();
    });

    it('refuses what is wrong in a line that is not ours, and nothing is changed', async () => {
      const host = private_.host(user);
      // `FOO=` makes Debian 12 refuse a whole table; so does a command of 999 characters.
      for (const line of ['FOO=', `0 1 * * * ${'x'.repeat(999)}`, '61 * * * * true']) {
        await private_.restore(user, Buffer.from(`${line}\n`));
        await expect(apply(host, [create('a')])).rejects.toMatchObject({ code: 'ROTA_CRONTAB_REFUSED' });
        expect((await private_.spool(user))?.toString()).toBe(`${line}\n`);
      }
      await host.run({ file: 'crontab', args: ['-r'] });
    });
  });

  it('that refuses to list is an error, never an empty table', async () => {
    const host = private_.host('nobody');
    await host.run({ file: 'crontab', args: ['-'], input: '0 1 * * * mine\n' });
    const before = await private_.spool('nobody');
    await private_.sh('echo nobody > /etc/cron.deny');
    try {
      await expect(backend.list(host, { namespace: 'default', expected: new Map() })).rejects.toMatchObject({
        code: 'ROTA_CRONTAB_UNREADABLE',
      });
      await expect(apply(host, [create('a')])).rejects.toMatchObject({ code: 'ROTA_CRONTAB_UNREADABLE' });
      const found = await backend.detect(host);
      expect(found.usable).toBe(false);
      expect(found.findings.map((finding) => finding.message).join()).toContain('not allowed');
    } finally {
      await private_.sh('rm -f /etc/cron.deny');
    }
    await private_.sh('chmod 000 /var/spool/cron/crontabs/nobody; chown root /var/spool/cron/crontabs/nobody');
    await expect(apply(host, [create('a')])).rejects.toMatchObject({ code: 'ROTA_CRONTAB_UNREADABLE' });
    await private_.sh('chown nobody /var/spool/cron/crontabs/nobody; chmod 600 /var/spool/cron/crontabs/nobody');
    expect(await private_.spool('nobody')).toEqual(before);
  });

  it('edited by two at once loses nothing of either', async () => {
    const host = private_.host('root');
    await host.run({ file: 'crontab', args: ['-'], input: '0 1 * * * mine\n' });
    const names = ['one', 'two', 'three', 'four', 'five', 'six'];
    await Promise.all(names.map((namespace) => apply(host, [create('a')], namespace)));
    const { text } = await readTable(host);
    for (const name of names) expect(text).toContain(`# BEGIN rota ${name}\n`);
    expect(text).toContain('0 1 * * * mine\n');
    await Promise.all(names.map((namespace) => apply(host, [inverted(create('a'))], namespace)));
    expect((await readTable(host)).text).toBe('0 1 * * * mine\n');
  });

  it('with an editor that saves in between is read again', async () => {
    const host = private_.host('root');
    await host.run({ file: 'crontab', args: ['-'], input: '0 1 * * * mine\n' });
    let saved = false;
    const disturbed: Host = {
      ...host,
      run: async (request) => {
        const result = await host.run(request);
        if (request.args[0] === '-n' && !saved) {
          saved = true;
          await host.run({ file: 'crontab', args: ['-'], input: '0 1 * * * mine\n0 2 * * * new\n' });
        }
        return result;
      },
    };
    await apply(disturbed, [create('a')]);
    expect((await readTable(host)).text).toMatch(/0 1 \* \* \* mine\n0 2 \* \* \* new\n$/);
    await apply(host, [inverted(create('a'))]);
  });

  it('is looked at right before it is written, with nothing in between that takes time', async () => {
    const host = private_.host('root');
    const done: string[] = [];
    const noting: Host = {
      ...host,
      run: (request) => {
        done.push(`crontab ${request.args[0]?.replace(/.*crontab\.next$/, 'NEXT')}`);
        return host.run(request);
      },
      files: new Proxy(host.files, {
        get(files, name): unknown {
          const operation: unknown = Reflect.get(files, name);
          if (!/^(write|create|append|link|rename|remove)$/.test(String(name)) || typeof operation !== 'function')
            return operation;
          return (...args: readonly unknown[]): unknown => {
            done.push(`${String(name)} a file`);
            return Reflect.apply(operation, files, args);
          };
        },
      }),
    };
    await host.run({ file: 'crontab', args: ['-'], input: '0 1 * * * mine\n' });
    await apply(noting, [create('a')]);
    const write = done.indexOf('crontab NEXT');
    expect(done[write - 1]).toBe('crontab -l');
    await apply(host, [inverted(create('a'))]);
  });

  it('shows what people did to our lines', async () => {
    const host = private_.host('root');
    await host.run({ file: 'crontab', args: ['-r'] });
    await apply(host, [create('a'), create('b', sampleArtifact('b', '0 4 * * *', false))]);
    const driftAfter = async (from: RegExp, to: string) => {
      const { text } = await readTable(host);
      await host.run({ file: 'crontab', args: ['-'], input: text.replace(from, to) });
      const found = await backend.list(host, { namespace: 'default', expected: new Map() });
      await host.run({ file: 'crontab', args: ['-'], input: text });
      return found.flatMap(({ name, drift }) => drift.map(({ kind }) => `${name} ${kind}`));
    };
    expect(await driftAfter(/^30 2/m, '31 2')).toEqual(['a edited']);
    expect(await driftAfter(/^30 2/m, '#30 2')).toEqual(['a disabled']);
    expect(await driftAfter(/^# paused: /m, '')).toEqual(['b enabled']);
    expect(await driftAfter(/^30 2.*\n/m, '')).toEqual(['a missing']);
    expect(await driftAfter(/^# rota job acme\/a.*\n30 2.*\n/m, '')).toEqual([]);
    expect(await driftAfter(/^/, 'CRON_TZ=Asia/Tokyo\n')).toEqual(['a edited', 'b edited']);
  });

  it('is usable only when a daemon runs', async () => {
    const host = private_.host('root');
    const withoutDaemon = await backend.detect({
      ...host,
      files: { ...host.files, list: (path) => (path === '/proc' ? [] : host.files.list(path)) },
    });
    expect(withoutDaemon).toMatchObject({
      usable: false,
      dialect: { name: 'debian' },
      findings: [{ message: 'No cron daemon runs.' }],
    });
    const withDaemon = await backend.detect({
      ...host,
      files: {
        ...host.files,
        list: (path) => (path === '/proc' ? ['77'] : host.files.list(path)),
        readText: (path) => (path === '/proc/77/comm' ? 'cron\n' : host.files.readText(path)),
      },
    });
    expect(withDaemon).toEqual({ usable: true, dialect: { name: 'debian' }, findings: [] });
  });
});
