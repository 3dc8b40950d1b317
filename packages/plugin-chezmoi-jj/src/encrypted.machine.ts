import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, output } from '@rota/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { placeOf } from './sync/session/place.ts';
import { madeOnce, newWorld } from './testing/new-world.ts';
import type { TestHost, World } from './testing/world.ts';

const secret = 'machine example.org password hunter2hunter2';
const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`;

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

/** A host whose chezmoi encrypts with age, with the key that all hosts share. */
async function host(name: string): Promise<TestHost> {
  const made = world.host(name);
  const key = join(world.root, 'key.txt');
  if (!existsSync(key)) await output('age-keygen', ['-o', key]);
  const recipient = /public key: (age1\w+)/.exec(readFileSync(key, 'utf8'))?.[1];
  made.write(
    '.config/chezmoi/chezmoi.toml',
    `encryption = "age"\n[add]\nsecrets = "error"\n[age]\nidentity = "${key}"\nrecipient = "${recipient}"\n`,
  );
  return made;
}

/** Two hosts that share one encrypted dotfile, and a plain one. */
async function pair(): Promise<readonly [TestHost, TestHost]> {
  await madeOnce(world, 'encrypted', async () => {
    const [a, b] = [await host('a'), await host('b')];
    a.write('.netrc', `${secret}\nlast\n`);
    a.write('.zshrc', 'one\n');
    await a.chezmoi('init');
    await a.chezmoi('add', '--encrypt', join(a.home, '.netrc'));
    await a.chezmoi('add', join(a.home, '.zshrc'));
    for (const one of [a, b]) expect(await one.sync()).toMatchObject({ state: 'ok' });
  });
  return [world.host('a'), world.host('b')];
}

/** What is published or about to be, in all versions, and what lies in the source folders. */
async function plainTexts(...hosts: readonly TestHost[]): Promise<string> {
  const folders = [world.origin, ...hosts.map(({ tree }) => join(tree, '.git'))];
  const logs = folders.map(async (folder) => (await exec('git', ['--git-dir', folder, 'log', '--all', '-p', '--text'])).stdout);
  const found = hosts.map(
    async ({ tree }) => (await exec('grep', ['-rlE', 'hunter2|ghp_|REMOTE|LOCAL', tree, '--exclude-dir=.git'])).stdout,
  );
  const all = (await Promise.all(logs)).join('');
  return [...(await Promise.all(found)), ...(all.match(/^.*(hunter2|ghp_|REMOTE|LOCAL).*$/gm) ?? [])].join('');
}

describe('dotfiles that chezmoi encrypts with age', () => {
  test('are edited on one host and come to the other, and are never in the repository as they are', async () => {
    const [a, b] = await pair();
    expect(b.read('.netrc')).toBe(`${secret}\nlast\n`);
    b.write('.netrc', `${secret}\ntoken ${token}\n`);
    expect(await b.sync()).toMatchObject({ state: 'ok', captured: ['.netrc'] });
    expect(await a.sync()).toMatchObject({ state: 'ok', applied: ['.netrc'] });
    expect(a.read('.netrc')).toBe(`${secret}\ntoken ${token}\n`);
    // Encrypting the same text again gives another one: a sync with nothing to do must not.
    for (const one of [a, b]) expect(await one.sync()).toMatchObject({ captured: [], applied: [] });
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_zshrc', 'encrypted_dot_netrc.age']);
    expect(await plainTexts(a, b)).toBe('');
  });

  test('that two hosts have edited are a conflict, in which a person takes one whole', async () => {
    const [a, b] = await pair();
    a.write('.netrc', `${secret}\nREMOTE\n`);
    b.write('.netrc', `${secret}\nLOCAL\n`);
    await a.sync();
    expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.netrc' }] });
    expect(b.read('.netrc')).toBe(`${secret}\nLOCAL\n`);
    await expect(resolve(b.host, b.options, '.netrc', { from: 'edit', text: secret })).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_PATH',
      message: expect.stringContaining('encrypted'),
    });
    await resolve(b.host, b.options, '.netrc', { from: 'local' });
    for (const one of [b, a]) expect(await one.sync()).toMatchObject({ state: 'ok' });
    expect(a.read('.netrc')).toBe(`${secret}\nLOCAL\n`);
    expect(await plainTexts(a, b)).toBe('');
  });

  test('stay encrypted when a file that was there before is taken instead', async () => {
    const [a] = await pair();
    const c = await host('c');
    c.write('.netrc', `${secret}\nLOCAL ${token}\n`);
    expect(await c.sync()).toMatchObject({ state: 'drift', drift: [{ path: '.netrc', reason: 'unknown-here' }] });
    await resolve(c.host, c.options, '.netrc', { from: 'local' });
    expect(await c.sync()).toMatchObject({ state: 'ok', blockedSecrets: [] });
    await a.sync();
    expect(a.read('.netrc')).toBe(`${secret}\nLOCAL ${token}\n`);
    expect(await plainTexts(a, c)).toBe('');
  });

  test('wait at home while they cannot be encrypted or read, and nothing goes out instead', async () => {
    const [a, b] = await pair();
    const config = join(b.home, '.config/chezmoi/chezmoi.toml');
    const whole = readFileSync(config, 'utf8');
    writeFileSync(config, whole.replace(/recipient = .*/, 'recipient = "age1nobody"'));
    b.write('.netrc', `${secret}\nLOCAL\n`);
    b.write('.zshrc', 'two\n');
    expect(await b.sync()).toMatchObject({ captured: ['.zshrc'], blockedSecrets: [{ path: '.netrc' }] });
    await a.sync();
    expect([a.read('.zshrc'), a.read('.netrc')]).toEqual(['two\n', `${secret}\nlast\n`]);
    // Without the key nothing of it can be compared: nothing is taken or written.
    writeFileSync(config, whole.replace(/identity = .*/, 'identity = "/nowhere"'));
    await expect(b.sync()).rejects.toMatchObject({ code: 'ROTA_DOTFILES_FAILED', message: expect.stringContaining('/nowhere') });
    expect(b.read('.netrc')).toBe(`${secret}\nLOCAL\n`);
    writeFileSync(config, whole);
    expect(await b.sync()).toMatchObject({ state: 'ok', captured: ['.netrc'] });
    await a.sync();
    expect(a.read('.netrc')).toBe(`${secret}\nLOCAL\n`);
    expect(await plainTexts(a, b)).toBe('');
  });

  test('are not published where only their name says that they are encrypted', async () => {
    const [a] = await pair();
    // Here chezmoi does not look at it, and so does not find that it cannot be decrypted.
    writeFileSync(join(a.tree, '.chezmoiignore'), '.netrc\n');
    writeFileSync(join(a.tree, 'encrypted_dot_netrc.age'), `${secret}\n`);
    expect(await a.sync()).toMatchObject({ state: 'secret-blocked', blockedSecrets: [{ path: '.netrc' }] });
    expect((await exec('git', ['--git-dir', world.origin, 'log', '--all', '-p', '--text'])).stdout).not.toContain('hunter2');
  });
});

test('a result of a template, or a file that a program makes or that is written once, is not taken in place of its source, and called what it is', async () => {
  const [a] = await pair();
  writeFileSync(join(a.tree, 'dot_made.tmpl'), 'made {{ .chezmoi.hostname }}\n');
  writeFileSync(join(a.tree, 'create_private_dot_once'), 'first\n');
  await a.sync();
  const c = await host('c');
  for (const path of ['.made', '.once', '.zshrc']) c.write(path, 'mine\n', 0o644);
  const drift = ['.made', '.once', '.zshrc'].map((path) => ({ path, reason: 'unknown-here' }));
  expect(await c.sync()).toMatchObject({ drift });
  const edit = { from: 'edit', text: 'x' } as const;
  for (const [path, take, message] of [
    ['.made', { from: 'local' }, /^\.made was made from a template or by a program; what stands here/],
    ['.once', { from: 'local' }, /^\.once was written once.*own since; what stands here(?!.*template)/],
    ['.once', edit, /^\.once was written once.*own since; there are no two texts(?!.*template)/],
    ['.zshrc', edit, /^\.zshrc is not in conflict; there are no two texts to edit\.$/],
  ] as const)
    await expect(resolve(c.host, c.options, path, take)).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_PATH',
      message: expect.stringMatching(message),
    });
  await c.sync();
  expect(Object.keys((await world.published()) ?? {})).toContain('dot_made.tmpl');
  expect(c.read('.made')).toBe('mine\n');
});

test('a deleted result of a template is deleted for all where a person says so', async () => {
  const [a, b] = await pair();
  writeFileSync(join(a.tree, 'dot_made.tmpl'), 'made\n');
  await a.sync();
  await b.sync();
  b.remove('.made');
  expect(await b.sync()).toMatchObject({ drift: [{ path: '.made', reason: 'deleted' }] });
  await resolve(b.host, b.options, '.made', { from: 'local' });
  await b.sync();
  expect(Object.keys((await world.published()) ?? {})).not.toContain('dot_made.tmpl');
});

describe('a dotfile that stayed when another host deleted its source, and that a person takes from here,', () => {
  /** A pair of which `b` has edited what stayed of `.netrc`. */
  async function editedAfter(source: string): Promise<readonly [TestHost, TestHost]> {
    const [a, b] = await pair();
    rmSync(join(a.tree, source));
    await a.sync();
    await b.sync();
    b.write('.netrc', `${secret}\nLOCAL\n`);
    expect(await b.sync()).toMatchObject({ drift: [{ path: '.netrc', reason: 'source-gone' }] });
    return [a, b];
  }

  /** A pair that had a source and what comes of it; then `a` has deleted the source. */
  async function pairAfter(source: string, content: string): Promise<readonly [TestHost, TestHost]> {
    const [a, b] = await pair();
    writeFileSync(join(a.tree, source), content);
    for (const one of [a, b]) await one.sync();
    rmSync(join(a.tree, source));
    for (const one of [a, b]) await one.sync();
    return [a, b];
  }

  /** A pair of which `b` has edited what stayed below an `exact_` folder: what was encrypted, and what a template made. */
  async function belowExact(): Promise<readonly [TestHost, TestHost]> {
    const [a, b] = await pair();
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
    expect(await plainTexts(a, b)).toBe('');
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
    expect(await plainTexts(a, b)).toBe('');
  });

  test('is refused where a template made it, with what a program told', async () => {
    const [a, b] = await pairAfter('dot_made.tmpl', 'password {{ output "echo" "a" }}\n');
    b.write('.made', 'LOCAL\n');
    expect(await b.sync()).toMatchObject({ drift: [{ path: '.made', reason: 'source-gone' }] });
    await expect(resolve(b.host, b.options, '.made', { from: 'local' })).rejects.toMatchObject(refusal);
    await b.sync();
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_zshrc', 'encrypted_dot_netrc.age']);
    expect(await plainTexts(a, b)).toBe('');
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
    expect(await plainTexts(a, b)).toBe('');
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
    expect(await plainTexts(a, b)).toBe('');
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
    expect(await plainTexts(a, b)).toBe('');
  });

  test('is refused below an exact_ folder where a template made it, until it is let go', async () => {
    const [a, b] = await belowExact();
    await expect(resolve(b.host, b.options, '.e/made', { from: 'local' })).rejects.toMatchObject(refusal);
    await expect(resolve(b.host, b.options, '.e/made', { from: 'edit', text: 'x' })).rejects.toMatchObject({
      message: expect.stringContaining('no two texts'),
    });
    await b.sync();
    expect(Object.keys((await world.published()) ?? {}).filter((path) => path.includes('made'))).toEqual([]);
    expect(await plainTexts(a, b)).toBe('');
    for (const path of ['.e/made', '.e/conf', '.e/sub']) await resolve(b.host, b.options, path, { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok', drift: [] });
    expect(['.e/made', '.e/conf', '.e/sub/conf'].map((path) => b.read(path))).toEqual([undefined, undefined, undefined]);
  });
});
