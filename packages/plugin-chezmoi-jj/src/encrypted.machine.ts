import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '@rota/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { encryptedPair, encryptingHost, plainTexts, secret } from './testing/encrypted-pair.ts';
import { newWorld } from './testing/new-world.ts';
import type { World } from './testing/world.ts';

const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`;

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

describe('dotfiles that chezmoi encrypts with age', () => {
  test('are edited on one host and come to the other, and are never in the repository as they are', async () => {
    const [a, b] = await encryptedPair(world);
    expect(b.read('.netrc')).toBe(`${secret}\nlast\n`);
    b.write('.netrc', `${secret}\ntoken ${token}\n`);
    expect(await b.sync()).toMatchObject({ state: 'ok', captured: ['.netrc'] });
    expect(await a.sync()).toMatchObject({ state: 'ok', applied: ['.netrc'] });
    expect(a.read('.netrc')).toBe(`${secret}\ntoken ${token}\n`);
    // Encrypting the same text again gives another one: a sync with nothing to do must not.
    for (const one of [a, b]) expect(await one.sync()).toMatchObject({ captured: [], applied: [] });
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_zshrc', 'encrypted_dot_netrc.age']);
    expect(await plainTexts(world, a, b)).toBe('');
  });

  test('that two hosts have edited are a conflict, in which a person takes one whole', async () => {
    const [a, b] = await encryptedPair(world);
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
    expect(await plainTexts(world, a, b)).toBe('');
  });

  test('stay encrypted when a file that was there before is taken instead', async () => {
    const [a] = await encryptedPair(world);
    const c = await encryptingHost(world, 'c');
    c.write('.netrc', `${secret}\nLOCAL ${token}\n`);
    expect(await c.sync()).toMatchObject({ state: 'drift', drift: [{ path: '.netrc', reason: 'unknown-here' }] });
    await resolve(c.host, c.options, '.netrc', { from: 'local' });
    expect(await c.sync()).toMatchObject({ state: 'ok', blockedSecrets: [] });
    await a.sync();
    expect(a.read('.netrc')).toBe(`${secret}\nLOCAL ${token}\n`);
    expect(await plainTexts(world, a, c)).toBe('');
  });

  test('wait at home while they cannot be encrypted or read, and nothing goes out instead', async () => {
    const [a, b] = await encryptedPair(world);
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
    expect(await plainTexts(world, a, b)).toBe('');
  });

  test('are not published where only their name says that they are encrypted', async () => {
    const [a] = await encryptedPair(world);
    // Here chezmoi does not look at it, and so does not find that it cannot be decrypted.
    writeFileSync(join(a.tree, '.chezmoiignore'), '.netrc\n');
    writeFileSync(join(a.tree, 'encrypted_dot_netrc.age'), `${secret}\n`);
    expect(await a.sync()).toMatchObject({ state: 'secret-blocked', blockedSecrets: [{ path: '.netrc' }] });
    expect((await exec('git', ['--git-dir', world.origin, 'log', '--all', '-p', '--text'])).stdout).not.toContain('hunter2');
  });
});

test('a result of a template, or a file that a program makes or that is written once, is not taken in place of its source, and called what it is', async () => {
  const [a] = await encryptedPair(world);
  writeFileSync(join(a.tree, 'dot_made.tmpl'), 'made {{ .chezmoi.hostname }}\n');
  writeFileSync(join(a.tree, 'create_private_dot_once'), 'first\n');
  await a.sync();
  const c = await encryptingHost(world, 'c');
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
  const [a, b] = await encryptedPair(world);
  writeFileSync(join(a.tree, 'dot_made.tmpl'), 'made\n');
  await a.sync();
  await b.sync();
  b.remove('.made');
  expect(await b.sync()).toMatchObject({ drift: [{ path: '.made', reason: 'deleted' }] });
  await resolve(b.host, b.options, '.made', { from: 'local' });
  await b.sync();
  expect(Object.keys((await world.published()) ?? {})).not.toContain('dot_made.tmpl');
});
