import { readdirSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { placeOf } from './sync/session/place.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { madeOnce, newWorld } from './testing/new-world.ts';
import type { TestHost, World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

const text = 'one\ntwo\nthree\nfour\nfive\n';
const own = ['journal', 'status', 'told', 'identity', 'preflight', 'mixed', 'leftBehind'] as const;

/** Two hosts of which `a` is cut off right after it has published its edit. */
async function published(): Promise<readonly [TestHost, TestHost]> {
  await madeOnce(world, 'published', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text, '.other': 'x\n' });
    b.write('.other', 'y\n');
    await b.sync();
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
  });
  return [world.host('a'), world.host('b')];
}

// What was written last may be there by name and not by content: a file system is not asked to sync what jj and git write.
describe('a power cut', () => {
  test.each(['', '{"formatVersion":1,"pha', '\0\0\0\0\0\0\0\0'])(
    'leaves files of its own that hold %j: a sync goes on',
    async (rest) => {
      const [a, b] = await published();
      for (const name of own) writeFileSync(placeOf(a.host)[name], rest);
      writeFileSync(join(a.tree, '.git/rota-sync.json'), rest);
      a.write('.zshrc', text.replace('one', 'UNO'));
      for (const host of [a, b, a, b]) expect(await host.sync()).toMatchObject({ state: 'ok' });
      for (const host of [a, b]) expect([host.read('.zshrc'), host.read('.other')]).toEqual([text.replace('one', 'UNO'), 'y\n']);
    },
  );

  test('that has emptied a file which an earlier sync checked out does not empty the dotfile everywhere', async () => {
    const [a, b] = await published();
    await b.sync();
    const source = join(b.tree, 'dot_zshrc');
    const { atime, mtime } = statSync(source);
    truncateSync(source, 0);
    utimesSync(source, atime, mtime);
    for (const host of [b, a]) expect(await host.sync()).toMatchObject({ state: 'ok', captured: [], applied: [] });
    for (const host of [a, b]) expect(host.read('.zshrc')).toBe(text.replace('one', 'ONE'));
    // Emptied by a person it is an edit like any other.
    truncateSync(source, 0);
    await b.sync();
    expect(await world.published()).toMatchObject({ dot_zshrc: '' });
  });

  test.each([
    ['zeros', Buffer.alloc(text.length)],
    ['zeros at its end', Buffer.concat([Buffer.from('ONE\ntw'), Buffer.alloc(text.length - 6)])],
  ])('that has left %s in a file of the source folder puts none into the dotfile of any host', async (_, rest) => {
    const [a, b] = await published();
    await b.sync();
    const source = join(b.tree, 'dot_zshrc');
    const { atime, mtime } = statSync(source);
    writeFileSync(source, rest);
    utimesSync(source, atime, mtime);
    for (const host of [b, a]) expect(await host.sync()).toMatchObject({ state: 'ok', captured: [], applied: [] });
    for (const host of [a, b]) expect(host.read('.zshrc')).toBe(text.replace('one', 'ONE'));
    expect(await world.published()).toMatchObject({ dot_zshrc: text.replace('one', 'ONE').trimEnd() });
  });

  test('is not taken for the reason of an empty file when the clock was set back since', async () => {
    const [a] = await published();
    world.later(3_600_000);
    await a.sync();
    world.later(-3_600_000);
    writeFileSync(join(a.tree, 'dot_zshrc'), '');
    await a.sync();
    expect(await world.published()).toMatchObject({ dot_zshrc: '' });
  });

  test('that has left zeros in a dotfile is told, and a person decides', async () => {
    const [a, b] = await published();
    await b.sync();
    b.write('.zshrc', '\0'.repeat(text.length));
    for (let time = 0; time < 2; time += 1)
      expect(await b.sync()).toMatchObject({ state: 'drift', captured: [], drift: [{ path: '.zshrc', reason: 'zeros' }] });
    await a.sync();
    expect(a.read('.zshrc')).toBe(text.replace('one', 'ONE'));
    await resolve(b.host, b.options, '.zshrc', { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    expect(b.read('.zshrc')).toBe(text.replace('one', 'ONE'));
    // Zeros that a person wants are content like any other.
    b.write('.zshrc', '\0'.repeat(text.length));
    await b.sync();
    await resolve(b.host, b.options, '.zshrc', { from: 'local' });
    for (const host of [b, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    for (const host of [a, b]) expect(host.read('.zshrc')).toBe('\0'.repeat(text.length));
  });

  test.each([
    ['the newest operation', '.jj/repo/op_store/operations', 1],
    ['the newest view', '.jj/repo/op_store/views', 1],
    ['the newest operations and views', '.jj/repo/op_store', 4],
    ['the state of the working copy', '.jj/working_copy', 2],
    ['the index of jj', '.jj/repo/index', 9],
  ])('that has emptied %s of the repository costs no edit', async (_what, folder, count) => {
    const [a, b] = await published();
    for (const path of newest(join(a.tree, folder)).slice(0, count)) truncateSync(path, 0);
    a.write('.zshrc', text.replace('one', 'UNO'));
    // Where jj cannot read what is left of it, a sync says so, and may be asked again.
    for (const host of [a, b, a, b]) await host.sync().catch(() => undefined);
    expect(a.read('.zshrc')).toBe(text.replace('one', 'UNO'));
    expect(b.read('.zshrc')).not.toBe(text);
  });
});

function newest(folder: string): readonly string[] {
  const below = (path: string): readonly string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? below(join(path, entry.name)) : [join(path, entry.name)],
    );
  return below(folder).toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
}
