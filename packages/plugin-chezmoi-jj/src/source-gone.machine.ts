import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { placeOf } from './sync/session/place.ts';
import { encryptedPair, plainTexts, secret } from './testing/encrypted-pair.ts';
import { newWorld } from './testing/new-world.ts';
import type { TestHost, World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

describe('a dotfile that stayed when another host deleted its source, and that a person takes from here,', () => {
  /** A pair of which `b` has edited what stayed of `.netrc`. */
  async function editedAfter(source: string): Promise<readonly [TestHost, TestHost]> {
    const [a, b] = await encryptedPair(world);
    rmSync(join(a.tree, source));
    await a.sync();
    await b.sync();
    b.write('.netrc', `${secret}\nLOCAL\n`);
    expect(await b.sync()).toMatchObject({ drift: [{ path: '.netrc', reason: 'source-gone' }] });
    return [a, b];
  }

  /** A pair that had a source and what comes of it; then `a` has deleted the source. */
  async function pairAfter(source: string, content: string): Promise<readonly [TestHost, TestHost]> {
    const [a, b] = await encryptedPair(world);
    writeFileSync(join(a.tree, source), content);
    for (const one of [a, b]) await one.sync();
    rmSync(join(a.tree, source));
    for (const one of [a, b]) await one.sync();
    return [a, b];
  }

  /** A pair of which `b` has edited what stayed below an `exact_` folder: what was encrypted, and what a template made. */
  async function belowExact(): Promise<readonly [TestHost, TestHost]> {
    const [a, b] = await encryptedPair(world);
    a.write('.e/kept', 'kept\n');
    const encrypted = ['.e/conf', '.e/sub/conf'];
    for (const path of encrypted) a.write(path, `${secret}\n`);
    await a.chezmoi('add', join(a.home, '.e/kept'));
    await a.chezmoi('add', '--encrypt', ...encrypted.map((path) => join(a.home, path)));
    renameSync(join(a.tree, 'dot_e'), join(a.tree, 'exact_dot_e'));
    writeFileSync(join(a.tree, 'exact_dot_e/made.tmpl'), 'password {{ output "echo" "a" }}\n');
    for (const one of [a, b, a]) await one.sync();
    for (const source of ['encrypted_conf.age', 'made.tmpl', 'sub'])
      rmSync(join(a.tree, 'exact_dot_e', source), { recursive: true });
    await a.sync();
    await b.sync();
    for (const name of ['conf', 'made']) b.write(`.e/${name}`, `${secret}\nLOCAL\n`);
    await b.sync();
    expect(await b.chezmoi('status')).toMatch(/D \.e\/conf\n.D \.e\/made\n.D \.e\/sub$/m);
    return [a, b];
  }

  const refusal = { code: 'ROTA_DOTFILES_PATH', suggestions: expect.arrayContaining([expect.stringContaining('add --encrypt')]) };

  test('is encrypted again where it was', async () => {
    const [a, b] = await editedAfter('encrypted_dot_netrc.age');
    await resolve(b.host, b.options, '.netrc', { from: 'local' });
    for (const one of [b, a]) expect(await one.sync()).toMatchObject({ state: 'ok', drift: [] });
    expect(a.read('.netrc')).toBe(`${secret}\nLOCAL\n`);
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_zshrc', 'encrypted_dot_netrc.age']);
    expect(await plainTexts(world, a, b)).toBe('');
  });

  test('is refused where an older version has not written down what its source was, until the person has added it', async () => {
    const [a, b] = await editedAfter('encrypted_dot_netrc.age');
    const file = placeOf(b.host).leftBehind;
    const { files } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ formatVersion: 1, files: { '.netrc': files['.netrc'].hash } }));
    await expect(resolve(b.host, b.options, '.netrc', { from: 'local' })).rejects.toMatchObject(refusal);
    expect(await b.sync()).toMatchObject({ drift: [{ path: '.netrc', reason: 'source-gone' }] });
    await b.chezmoi('add', '--encrypt', join(b.home, '.netrc'));
    // It looks at the home before it merges the source folder.
    await b.sync();
    for (const one of [a, b]) expect(await one.sync()).toMatchObject({ state: 'ok', drift: [] });
    expect(await plainTexts(world, a, b)).toBe('');
  });

  test('is refused where a template made it, with what a program told', async () => {
    const [a, b] = await pairAfter('dot_made.tmpl', 'password {{ output "echo" "a" }}\n');
    b.write('.made', 'LOCAL\n');
    expect(await b.sync()).toMatchObject({ drift: [{ path: '.made', reason: 'source-gone' }] });
    await expect(resolve(b.host, b.options, '.made', { from: 'local' })).rejects.toMatchObject(refusal);
    await b.sync();
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_zshrc', 'encrypted_dot_netrc.age']);
    expect(await plainTexts(world, a, b)).toBe('');
    await resolve(b.host, b.options, '.made', { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok', drift: [] });
    expect(b.read('.made')).toBeUndefined();
  });

  test('is refused, and called what it is, where chezmoi wrote it once and then left it to this host', async () => {
    const [, b] = await pairAfter('create_dot_once', 'first\n');
    b.write('.once', 'LOCAL\n');
    await expect(resolve(b.host, b.options, '.once', { from: 'local' })).rejects.toMatchObject({
      ...refusal,
      message: expect.stringMatching(/was written once.*own since(?!.*template)/),
    });
  });

  test('is encrypted again below an exact_ folder, where chezmoi lists it still', async () => {
    const [a, b] = await belowExact();
    await resolve(b.host, b.options, '.e/conf', { from: 'local' });
    const drift = expect.not.arrayContaining([expect.objectContaining({ path: '.e/conf' })]);
    for (const one of [b, a]) expect(await one.sync()).toMatchObject({ drift });
    expect(a.read('.e/conf')).toBe(`${secret}\nLOCAL\n`);
    expect(Object.keys((await world.published()) ?? {})).toContain('exact_dot_e/encrypted_conf.age');
    expect(await plainTexts(world, a, b)).toBe('');
  });

  test('is refused below an exact_ folder where an older version has not written down that it stayed', async () => {
    const [a, b] = await belowExact();
    rmSync(placeOf(b.host).leftBehind);
    await expect(resolve(b.host, b.options, '.e/conf', { from: 'local' })).rejects.toMatchObject(refusal);
    // One that never had a source is taken.
    b.write('.e/new', 'new\n');
    await resolve(b.host, b.options, '.e/new', { from: 'local' });
    await b.sync();
    expect(Object.keys((await world.published()) ?? {}).filter((path) => path.includes('_e/'))).toEqual([
      'exact_dot_e/kept',
      'exact_dot_e/new',
    ]);
    expect(await plainTexts(world, a, b)).toBe('');
  });

  test('is not taken with all of its folder below an exact_ folder, which would publish it as it is', async () => {
    const [a, b] = await belowExact();
    await expect(resolve(b.host, b.options, '.e/sub', { from: 'local' })).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_PATH',
      suggestions: expect.arrayContaining([expect.stringContaining('resolve .e/sub/conf --take local')]),
    });
    await resolve(b.host, b.options, '.e/sub/conf', { from: 'local' });
    for (const one of [b, a]) await one.sync();
    expect(Object.keys((await world.published()) ?? {})).toContain('exact_dot_e/sub/encrypted_conf.age');
    expect(await plainTexts(world, a, b)).toBe('');
  });

  test('is refused below an exact_ folder where a template made it, until it is let go', async () => {
    const [a, b] = await belowExact();
    await expect(resolve(b.host, b.options, '.e/made', { from: 'local' })).rejects.toMatchObject(refusal);
    await expect(resolve(b.host, b.options, '.e/made', { from: 'edit', text: 'x' })).rejects.toMatchObject({
      message: expect.stringContaining('no two texts'),
    });
    await b.sync();
    expect(Object.keys((await world.published()) ?? {}).filter((path) => path.includes('made'))).toEqual([]);
    expect(await plainTexts(world, a, b)).toBe('');
    for (const path of ['.e/made', '.e/conf', '.e/sub']) await resolve(b.host, b.options, path, { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok', drift: [] });
    expect(['.e/made', '.e/conf', '.e/sub/conf'].map((path) => b.read(path))).toEqual([undefined, undefined, undefined]);
  });
});
