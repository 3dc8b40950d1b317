import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { commandPart, requirePart, rootPart } from '@rota/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleLayout } from './bundle-layout.ts';
import { captureBundle } from './capture/capture.ts';
import { findBundle } from './find-bundle.ts';
import { planRestore, type RestoreInput, restoreBundle } from './restore/restore.ts';
import { verifyBundle } from './restore/verify-bundle.ts';
import { type ServiceUnderTest, serviceUnderTest, withoutDisk } from './service.fixture.ts';
import type { BundleInput } from './spec/define-bundle.ts';
import { openStore } from './store/open-store.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
});
afterEach(() => service.remove());

const capture = async (change: Partial<BundleInput> = {}) =>
  await captureBundle({ host: service.host(), namespace: 'default', spec: service.spec(change) });
const restore = async (change: Partial<BundleInput> = {}, extra: Partial<RestoreInput> = {}) => {
  const host = service.host();
  const spec = service.spec(change);
  const bundle = await findBundle({
    host: host,
    namespace: 'default',
    store: openStore(host, 'default', spec),
    which: 'latest',
    of: spec,
  });
  return await restoreBundle({ host, namespace: 'default', spec, bundle, ...extra });
};
const works = () => readdirSync(bundleLayout(service.host().stateDir, 'default').work);

describe('a capture', () => {
  test('stops a running service, starts it again, and is read back before it counts', async () => {
    service.start();
    const result = await capture();
    expect(result).toMatchObject({
      outcome: 'ok',
      stopped: ['app'],
      guard: 'process',
      bundle: { consistency: 'stopped', entries: 4 },
    });
    expect(service.running()).toBe(true);
    expect(result.bundle?.verified?.level).toBe(1);
    expect(works()).toEqual([]);
  });

  test('is later than the one before it, also within one second', async () => {
    const now = Date.now();
    const ids: (string | undefined)[] = [];
    for (let round = 0; round < 5; round += 1) {
      const host = { ...service.host(), now: () => now };
      const { bundle } = await captureBundle({ host, namespace: 'default', spec: service.spec(), full: true });
      ids.push(bundle?.id);
    }
    expect((await openStore(service.host(), 'default').list()).map(({ id }) => id)).toEqual(ids);
  });

  test('does not start what did not run', async () => {
    expect(await capture()).toMatchObject({ outcome: 'ok', stopped: [] });
    expect(service.running()).toBe(false);
  });

  test('that fails while the service stands still starts it again', async () => {
    service.start();
    const dump = { kind: 'command' as const, name: 'db', dump: ['false'] };
    await expect(capture({ databases: [dump] })).rejects.toMatchObject({ code: 'ROTA_BUNDLE_HOOK' });
    expect(service.running()).toBe(true);
    expect(await openStore(service.host(), 'default').list()).toEqual([]);
    expect(works()).toEqual([]);
  });

  test('stops nothing when a key has no policy, or a link leads out', async () => {
    service.start();
    writeFileSync(join(service.root, 'id_ed25519'), 'key');
    const stop = [{ name: 'app', running: ['true'], stop: ['touch', join(service.folder, 'was-stopped')], start: ['true'] }];
    await expect(capture({ stop })).rejects.toThrow('an SSH private key');
    const identity = [{ path: join(service.root, 'id_ed25519'), policy: 'preserve' as const }];
    await expect(capture({ stop, identity })).rejects.toThrow('not encrypted');
    symlinkSync('/etc/passwd', join(service.root, 'out'));
    await expect(capture({ stop, identity: [{ path: join(service.root, 'id_ed25519'), policy: 'exclude' }] })).rejects.toThrow(
      'leads out',
    );
    expect(existsSync(join(service.folder, 'was-stopped'))).toBe(false);
  });

  test('leaves out what patterns and policies say', async () => {
    mkdirSync(join(service.root, 'cache'));
    writeFileSync(join(service.root, 'cache', 'x'), '');
    writeFileSync(join(service.root, 'token'), 'secret');
    const roots = [{ name: 'data', path: service.root, recomputable: [{ path: '/cache', how: 'made at the next start' }] }];
    const { bundle, place } = await capture({ roots, identity: [{ path: join(service.root, 'token'), policy: 'exclude' }] });
    expect(bundle?.entries).toBe(4);
    expect(execFileSync('tar', ['-tf', place]).toString()).not.toMatch(/cache|token/);
  });

  test('a hook that ends with 75 skips it', async () => {
    expect(await capture({ hooks: { beforeCapture: [['sh', '-c', 'exit 75']] } })).toMatchObject({
      outcome: 'skipped',
      bundle: null,
    });
  });

  test('afterCapture always runs, and is told the outcome', async () => {
    const told = join(service.folder, 'told');
    const hooks = { afterCapture: [['sh', '-c', `echo $ROTA_BUNDLE_OUTCOME >> ${told}`]] };
    await capture({ hooks });
    await capture({ hooks, databases: [{ kind: 'command', name: 'db', dump: ['false'] }] }).catch(() => undefined);
    expect(readFileSync(told, 'utf8')).toBe('ok\nfailed\n');
  });

  test('is partial when something cannot be captured, and is not the latest good one', async () => {
    if (process.getuid?.() === 0) execFileSync('mknod', [join(service.root, 'odd'), 'c', '1', '3']);
    else writeFileSync(join(service.root, 'odd'), '', { mode: 0 });
    expect(await capture()).toMatchObject({ outcome: 'partial', problems: [{ name: 'data/data/odd' }] });
    await expect(restore()).rejects.toMatchObject({ code: 'ROTA_BUNDLE_UNKNOWN' });
  });
});

describe('a restore', () => {
  test('swaps the whole tree, keeps what was there, and starts what ran', async () => {
    service.start();
    await capture();
    writeFileSync(join(service.root, 'one'), 'later state\n');
    writeFileSync(join(service.root, 'three'), 'new');
    const { roots, downtimeMs } = await restore();
    expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('first state\n');
    expect(existsSync(join(service.root, 'three'))).toBe(false);
    expect(readFileSync(join(roots[0]?.previous ?? '', 'three'), 'utf8')).toBe('new');
    expect(service.running()).toBe(true);
    expect(downtimeMs).toBeLessThan(60_000);
    expect(works()).toEqual([]);
  });

  test('puts everything back when the service does not get well', async () => {
    service.start();
    await capture();
    writeFileSync(join(service.root, 'one'), 'later state\n');
    const hooks = { health: [['grep', '-q', 'later', join(service.root, 'one')]] };
    await expect(restore({ hooks })).rejects.toMatchObject({ code: 'ROTA_BUNDLE_RESTORE' });
    expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('later state\n');
    expect(service.running()).toBe(true);
    expect(readdirSync(join(service.root, '..'))).toEqual(['data']);
  });

  test.each([{}, { to: 'elsewhere' }])('swaps nothing in that the disk did not take (%j)', async ({ to }) => {
    service.start();
    const { bundle } = await capture();
    writeFileSync(join(service.root, 'one'), 'later state\n');
    const host = withoutDisk(service.host());
    const spec = service.spec();
    const found = await findBundle({ host, namespace: 'default', store: openStore(host, 'default'), which: bundle?.id ?? '' });
    const into = to === undefined ? {} : { to: join(service.folder, to) };
    const restoring = restoreBundle({ host, namespace: 'default', spec, bundle: found, keepPrevious: false, ...into });
    await expect(restoring).rejects.toMatchObject({ code: 'ROTA_BUNDLE_DISK' });
    expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('later state\n');
    expect(service.running()).toBe(true);
    if (into.to !== undefined) expect(readdirSync(into.to)).toEqual([]);
    expect(readdirSync(join(service.root, '..'))).toEqual(['data']);
    expect(works()).toEqual([]);
  });

  test('beside everything touches nothing', async () => {
    service.start();
    await capture();
    writeFileSync(join(service.root, 'one'), 'later state\n');
    await restore({}, { to: join(service.folder, 'elsewhere') });
    expect(readFileSync(join(service.folder, 'elsewhere', 'data', 'one'), 'utf8')).toBe('first state\n');
    expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('later state\n');
  });

  test('creates what is not there', async () => {
    await capture();
    rmSync(service.root, { recursive: true });
    await restore();
    expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('first state\n');
    expect(readdirSync(join(service.root, '..'))).toEqual(['data']);
  });

  test('keeps the identity that this host has, makes others again, and asks for the rest', async () => {
    const path = (name: string) => join(service.root, name);
    for (const name of ['own.key', 'made.key', 'asked.key']) writeFileSync(path(name), 'captured');
    const change: Partial<BundleInput> = {
      identity: [
        { path: path('own.key'), policy: 'exclude' },
        { path: path('made.key'), policy: 'reissue' },
        { path: path('asked.key'), policy: 'prompt', plaintext: true },
      ],
      hooks: { reissue: [['sh', '-c', 'echo fresh > "$ROTA_ROOT_DATA/made.key"']] },
    };
    await capture(change);
    writeFileSync(path('own.key'), "this host's");
    await expect(restore(change)).rejects.toMatchObject({ code: 'ROTA_BUNDLE_IDENTITY' });
    await restore(change, { identity: { 'data/data/asked.key': 'preserve' } });
    expect(readFileSync(path('own.key'), 'utf8')).toBe("this host's");
    expect(readFileSync(path('made.key'), 'utf8')).toBe('fresh\n');
    expect(readFileSync(path('asked.key'), 'utf8')).toBe('captured');
  });
});

describe('a database that commands dump and restore', () => {
  const database = () => join(service.folder, 'database');
  const held = (): string => readFileSync(database(), 'utf8');
  const change = (extra: Partial<BundleInput> = {}): Partial<BundleInput> => ({
    databases: [{ kind: 'command', name: 'db', dump: ['cat', database()], restore: ['sh', '-c', `cat > ${database()}`] }],
    ...extra,
  });
  const sick: Partial<BundleInput> = { hooks: { health: [['false']] } };
  beforeEach(async () => {
    service.start();
    writeFileSync(database(), 'captured');
    await capture(change());
    writeFileSync(database(), 'later');
    writeFileSync(join(service.root, 'one'), 'later state\n');
  });

  test('is restored with the roots, and left as it is where only some of them are', async () => {
    const { notes } = await restore(change(), { only: ['data'] });
    expect(held()).toBe('later');
    expect(notes).toEqual([expect.stringContaining('The database db was left as it is')]);
    await restore(change());
    expect(held()).toBe('captured');
  });

  test('is told of by a plan of what is restored', async () => {
    const host = service.host();
    const spec = service.spec(change());
    const bundle = await findBundle({ host, namespace: 'default', store: openStore(host, 'default'), which: 'latest' });
    const plan = async (only?: readonly string[]) =>
      (await planRestore({ host, namespace: 'default', spec, bundle, ...(only === undefined ? {} : { only }) })).databases;
    expect(await plan()).toEqual(['db']);
    expect(await plan(['data'])).toEqual([]);
  });

  test('holds what it held before when the service does not get well', async () => {
    await expect(restore(change(sick))).rejects.toThrow('everything is as it was before');
    expect(held()).toBe('later');
    expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('later state\n');
  });

  test('that cannot be put back is told of, with where its dump of before is', async () => {
    const once = ['sh', '-c', `test "$(cat ${database()})" = later && cat > ${database()}`];
    const databases = [{ kind: 'command' as const, name: 'db', dump: ['cat', database()], restore: once }];
    const { message } = await restore({ ...sick, databases }).then(
      () => ({ message: '' }),
      (error: Error) => error,
    );
    expect(message).toContain('the roots are as they were before');
    expect(held()).toBe('captured');
    expect(readFileSync(/is kept: (.*)$/.exec(message)?.[1] ?? '', 'utf8')).toBe('later');
    expect(works()).toEqual([]);
  });

  test('that could not be dumped before is told of', async () => {
    const databases = [{ kind: 'command' as const, name: 'db', dump: ['false'], restore: ['sh', '-c', `cat > ${database()}`] }];
    await expect(restore({ ...sick, databases })).rejects.toThrow('db could not be dumped before, and holds what was restored');
    expect(held()).toBe('captured');
  });
});

requirePart(rootPart)('a restore by root', () => {
  test('leaves the keys of this host to whom they belong, as they are when the service has stopped', async () => {
    const keys = join(service.root, 'keys');
    mkdirSync(keys, { mode: 0o700 });
    const change: Partial<BundleInput> = {
      identity: [{ path: keys, policy: 'exclude' }],
      stop: [{ name: 'app', running: ['true'], stop: ['sh', '-c', `echo last > ${keys}/host.key`], start: ['true'] }],
    };
    writeFileSync(join(keys, 'host.key'), 'own', { mode: 0o600 });
    await capture(change);
    chownSync(join(keys, 'host.key'), 4711, 4712);
    chownSync(keys, 4711, 4712);
    symlinkSync('host.key', join(keys, 'current'));
    lchownSync(join(keys, 'current'), 4711, 4712);
    await restore(change);
    expect(readFileSync(join(keys, 'current'), 'utf8')).toBe('last\n');
    for (const path of [keys, join(keys, 'host.key'), join(keys, 'current')])
      expect(lstatSync(path), path).toMatchObject({ uid: 4711, gid: 4712 });
    expect(statSync(keys).mode & 0o7777).toBe(0o700);
    expect(statSync(join(keys, 'host.key')).mode & 0o7777).toBe(0o600);
  });
});

requirePart(commandPart('sqlite3'))('a SQLite database', () => {
  test('is captured whole while it is written to, and proven up to level 4', async () => {
    const file = join(service.root, 'app.db');
    const sql = (text: string) => execFileSync('sqlite3', ['-batch', '-cmd', '.timeout 5000', file, text]).toString().trim();
    sql(
      'PRAGMA journal_mode=WAL; CREATE TABLE t(n INTEGER PRIMARY KEY, pad TEXT); CREATE TABLE total(n); INSERT INTO total VALUES(0);',
    );
    const writer = `while test -e ${service.folder}/write; do sqlite3 -cmd '.timeout 5000' ${file} "BEGIN IMMEDIATE; INSERT INTO t(pad) VALUES(hex(randomblob(200))); UPDATE total SET n=n+1; COMMIT;"; done`;
    writeFileSync(join(service.folder, 'write'), '');
    const { spawn } = await import('node:child_process');
    const writing = spawn('sh', ['-c', writer], { stdio: 'ignore' });
    const change: Partial<BundleInput> = {
      stop: [],
      databases: [{ kind: 'sqlite', name: 'app', path: file }],
      hooks: {
        drill: [
          ['sh', '-c', 'test "$(sqlite3 "$ROTA_ROOT_DATA/app.db" "SELECT (SELECT count(*) FROM t)=(SELECT n FROM total)")" = 1'],
        ],
      },
    };
    try {
      while (sql('SELECT n FROM total') === '0') await new Promise((done) => setTimeout(done, 20));
      expect(await capture(change)).toMatchObject({ outcome: 'ok', problems: [] });
    } finally {
      rmSync(join(service.folder, 'write'));
      await new Promise((done) => writing.once('close', done));
    }
    const host = service.host();
    const spec = service.spec(change);
    const store = openStore(host, 'default', spec);
    const result = await verifyBundle({
      host,
      namespace: 'default',
      spec,
      store,
      level: 4,
      bundle: await findBundle({ host: host, namespace: 'default', store: store, which: 'latest' }),
    });
    expect(result.checks.map(({ level }) => level)).toEqual([0, 1, 2, 3, 4]);
    expect((await store.list())[0]?.verified?.level).toBe(4);
    const written = Number(sql('SELECT n FROM total'));
    await restore(change);
    expect(existsSync(`${file}-wal`)).toBe(false);
    expect(sql('SELECT (SELECT count(*) FROM t) = n FROM total')).toBe('1');
    expect(Number(sql('SELECT n FROM total'))).toBeLessThanOrEqual(written);
  });
});

describe('a capture of a state that nobody has touched since the last', () => {
  const pass = () => new Promise((done) => setTimeout(done, 2_200));

  test('reads nothing and stops nothing; any change, or --full, makes another bundle', async () => {
    service.start();
    await pass();
    const first = await capture();
    expect(await capture()).toMatchObject({ unchanged: true, stopped: [], bundle: { id: first.bundle?.id } });
    const store = openStore(service.host(), 'default');
    expect(await store.list()).toMatchObject([{ id: first.bundle?.id, unchangedAt: expect.any(String) }]);
    expect(
      (await captureBundle({ host: service.host(), namespace: 'default', spec: service.spec(), full: true })).unchanged,
    ).toBeUndefined();
    // The same size, and its times set back: the time of the inode's change gives it away.
    const { atime, mtime } = statSync(join(service.root, 'one'));
    writeFileSync(join(service.root, 'one'), 'FIRST state\n');
    utimesSync(join(service.root, 'one'), atime, mtime);
    expect((await capture()).unchanged).toBeUndefined();
    expect(await store.list()).toHaveLength(3);
  });

  test('is read when it was touched just before, for a tick of the clock may hide another change', async () => {
    writeFileSync(join(service.root, 'one'), 'just now\n');
    await capture();
    expect((await capture()).unchanged).toBeUndefined();
  });
});
