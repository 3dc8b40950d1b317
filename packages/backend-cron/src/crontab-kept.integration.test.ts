import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BackendChange, Host, ProcessRequest } from '@rota/core';
import { cronPart, requirePart, rootPart, temporaryFolder } from '@rota/test-support';
import { beforeAll, expect, it } from 'vitest';
import { cron } from './cron.ts';
import { readTable } from './crontab-program/read-table.ts';
import { type PrivateCrontab, privateCrontab } from './private-crontab.test-support.ts';
import { create, inverted } from './sample-entry.test-support.ts';

const backend = cron();
const apply = (host: Host, changes: readonly BackendChange[]) =>
  backend.apply(host, { namespace: 'default', changes, dialect: { name: 'debian' } });

const installs = ({ args }: ProcessRequest): boolean => args[0]?.endsWith('crontab.next') ?? false;

requirePart(rootPart, cronPart)('a crontab', () => {
  let private_: PrivateCrontab;
  beforeAll(async () => {
    private_ = await privateCrontab();
  });

  it('whose place a program took that loses lines is found out, and what stood there is kept', async () => {
    const host = private_.host('root');
    const mine = '0 1 * * * mine\n# caf\u00e9 \n0 2 * * * too\n';
    await host.run({ file: 'crontab', args: ['-'], input: mine });
    const instead = (input: (table: Buffer) => Buffer | null): Host => ({
      ...host,
      run: async (request) => {
        if (!installs(request)) return host.run(request);
        const table = input(Buffer.from(host.files.readBytes(request.args[0] ?? '') ?? ''));
        return table === null ? host.run({ ...request, args: ['-l'] }) : host.run({ ...request, args: ['-'], input: table });
      },
    });
    const copy = `${host.stateDir}/crontab.before`;
    await expect(
      apply(
        instead(() => null),
        [create('a')],
      ),
    ).rejects.toMatchObject({ code: 'ROTA_CRONTAB_REFUSED' });
    expect([(await readTable(host)).text, host.files.readText(copy)]).toEqual([Buffer.from(mine).toString('latin1'), undefined]);
    const cut = (table: Buffer): Buffer => table.subarray(0, table.lastIndexOf('# caf'));
    await expect(apply(instead(cut), [create('a')])).rejects.toMatchObject({
      code: 'ROTA_CRONTAB_CHANGED',
      suggestions: [expect.stringContaining(`crontab ${copy}`), expect.any(String)],
    });
    const cutOff = (await readTable(host)).text;
    // Another apply would take what is left for all there is.
    await expect(apply(host, [create('b')])).rejects.toMatchObject({
      code: 'ROTA_CRONTAB_CHANGED',
      suggestions: [
        `Compare: crontab -l | diff ${copy} -`,
        `Bring it back: crontab ${copy}`,
        `Or keep what stands there: rm ${copy}`,
      ],
    });
    expect((await readTable(host)).text).toBe(cutOff);
    await host.run({ file: 'crontab', args: [copy] });
    expect((await readTable(host)).text).toBe(Buffer.from(mine).toString('latin1'));
    await apply(host, [create('a')]);
    expect(host.files.readText(copy)).toBeUndefined();
    expect((await readTable(host)).text).toMatch(/acme\/a[\s\S]*0 1 \* \* \* mine\n/);
    // Or the person says that what stands there is right.
    await expect(apply(instead(cut), [create('b')])).rejects.toMatchObject({ code: 'ROTA_CRONTAB_CHANGED' });
    await host.run({ file: 'rm', args: [copy] });
    await apply(host, [create('b')]);
    await host.run({ file: 'crontab', args: ['-r'] });
  });

  it.each([
    ['its listing', ['-l'], 'crontab -e` edits one that has lines'],
    ['all that it prints', ['-l', '-e'], 'crontab -e` does not show one either'],
  ])('that was never seen is not written where the program loses %s and says that all is well', async (_, silent, said) => {
    const host = private_.host('root');
    const mine = '0 1 * * * mine\n';
    await host.run({ file: 'crontab', args: ['-'], input: mine });
    const broken: Host = {
      ...host,
      run: async (request) => {
        const result = await host.run(request);
        return silent.includes(request.args[0] ?? '') ? { ...result, exitCode: 0, stdout: '', stderr: '' } : result;
      },
    };
    await expect(apply(broken, [create('a')])).rejects.toMatchObject({
      code: 'ROTA_CRONTAB_UNREADABLE',
      message: expect.stringContaining(said),
    });
    expect((await private_.spool('root'))?.toString()).toContain(mine);
    expect(host.files.list(host.stateDir)).toEqual([]);
    await host.run({ file: 'crontab', args: ['-r'] });
  });

  it('that is really empty is written like any other', async () => {
    const host = private_.host('root', join(temporaryFolder(), "it's here"));
    await private_.restore('root', Buffer.from(''));
    await apply(host, [create('a')]);
    expect((await readTable(host)).text).toContain('acme/a');
    await host.run({ file: 'crontab', args: ['-r'] });
  });

  it('that ended while Rota was killed needs nobody where either table stands there', async () => {
    const host = private_.host('root');
    const table = async () => (await readTable(host)).text;
    const killed = (at: string): Host => {
      let dead = false;
      const die = (): never => {
        dead = true;
        throw new Error('killed');
      };
      const { write, remove } = host.files;
      return {
        ...host,
        files: {
          ...host.files,
          write: (...input) => (dead ? die() : write(...input)),
          // The lock of a process that is gone is no lock.
          remove: (path) => (dead && !path.endsWith('crontab.lock') ? die() : remove(path)),
        },
        run: async (request) => {
          if (dead || (at === 'before' && installs(request))) die();
          const result = await host.run(request);
          return at === 'after' && installs(request) ? die() : result;
        },
      };
    };
    await host.run({ file: 'crontab', args: ['-'], input: '0 1 * * * mine\n' });
    for (const at of ['before', 'after']) {
      await expect(apply(killed(at), [create('a')])).rejects.toThrow('killed');
      expect(host.files.readText(`${host.stateDir}/crontab.before`)).toBe('0 1 * * * mine\n');
      expect(host.files.readText(`${host.stateDir}/crontab.next`)).toContain('acme/a');
      await apply(host, [create('a')]);
      expect(host.files.readText(`${host.stateDir}/crontab.next`)).toBeUndefined();
      await apply(host, [create('a'), create('b')]);
      expect(await table()).toMatch(/acme\/a[\s\S]*acme\/b[\s\S]*0 1 \* \* \* mine\n$/);
      await apply(host, [inverted(create('a')), inverted(create('b'))]);
      expect(await table()).toBe('0 1 * * * mine\n');
    }
    await host.run({ file: 'crontab', args: ['-r'] });
  });

  it('that cannot be looked at once more before the write is as it was, and whoever edits it then is not asked about a write', async () => {
    const host = private_.host('root');
    const lastLook = (): Host => {
      let looks = 0;
      return {
        ...host,
        run: async (request) => {
          const isLast = request.args[0] === '-l' && ++looks === 2;
          return host.run(isLast ? { ...request, file: 'sh', args: ['-c', 'echo "crontab: not now" >&2; exit 1'] } : request);
        },
      };
    };
    for (const mine of [undefined, '0 1 * * * mine\n']) {
      if (mine !== undefined) await host.run({ file: 'crontab', args: ['-'], input: mine });
      await expect(apply(lastLook(), [create('a')])).rejects.toMatchObject({ code: 'ROTA_CRONTAB_UNREADABLE' });
      expect(['crontab.before', 'crontab.last'].map((name) => host.files.readText(join(host.stateDir, name)))).toEqual([
        undefined,
        mine,
      ]);
    }
    await host.run({ file: 'crontab', args: ['-'], input: '0 2 * * * edited\n' });
    await apply(host, [create('a')]);
    expect((await readTable(host)).text).toMatch(/acme\/a[\s\S]*0 2 \* \* \* edited\n$/);
    await host.run({ file: 'crontab', args: ['-r'] });
  });

  it('that fails without a word is not taken for an empty table', async () => {
    const folder = temporaryFolder();
    const state = temporaryFolder();
    const program = (text: string): Host => {
      const path = join(folder, 'crontab');
      writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      chmodSync(folder, 0o755);
      return private_.host('root', state, ['env', `PATH=${folder}:/usr/bin:/bin`, 'crontab']);
    };
    const host = private_.host('root', state);
    await host.run({ file: 'crontab', args: ['-'], input: '0 1 * * * mine\n' });
    const silent = program('[ "$1" != -l ] || exit 0; exec /usr/bin/crontab "$@"');
    // Rota has never seen the table: what is said on standard error still tells.
    await expect(apply(program('echo "PAM: no" >&2; exit 0'), [create('a')])).rejects.toMatchObject({
      code: 'ROTA_CRONTAB_UNREADABLE',
      message: expect.stringContaining('PAM: no'),
    });
    await apply(host, [create('a')]);
    const before = await private_.spool('root');
    program('[ "$1" != -l ] || exit 0; exec /usr/bin/crontab "$@"');
    for (const attempt of [
      () => apply(silent, [create('b')]),
      () => apply(silent, [inverted(create('a'))]),
      () => backend.list(silent, { namespace: 'default', expected: new Map() }),
    ])
      await expect(attempt()).rejects.toMatchObject({
        code: 'ROTA_CRONTAB_UNREADABLE',
        suggestions: ['If you emptied it, say so: crontab -r', expect.stringContaining(`${state}/crontab.last`)],
      });
    expect(await private_.spool('root')).toEqual(before);
    expect(host.files.readText(`${state}/crontab.last`)).toMatch(/0 1 \* \* \* mine\n$/);
    expect((await backend.detect(silent)).findings.map(({ message }) => message).join()).toContain('lists nothing');

    // A table that its user emptied. Debian's program lists the header that it gave it; past the program there is none, as with cronie and BusyBox.
    await host.run({ file: 'crontab', args: ['-'], input: '' });
    await apply(host, [create('a')]);
    await private_.restore('root', Buffer.from(''));
    await expect(apply(host, [create('a')])).rejects.toMatchObject({ code: 'ROTA_CRONTAB_UNREADABLE' });
    await host.run({ file: 'crontab', args: ['-r'] });
    await apply(host, [create('b')]);
    expect((await readTable(host)).text).toMatch(/^# BEGIN rota default\n# rota job acme\/b [\s\S]*# END rota default\n$/);
    await host.run({ file: 'crontab', args: ['-r'] });
  });
});
