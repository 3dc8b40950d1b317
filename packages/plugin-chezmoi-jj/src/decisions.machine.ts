import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { makeWorld, type World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

/** Two hosts that disagree on two files, of which `b` has decided the first by a text of its own. */
async function halfDecided(
  decided = text.replace('one', 'a and b'),
  allowSecrets: string[] = [],
): Promise<{ readonly world: World; readonly hosts: Awaited<ReturnType<typeof hostsInStep>> }> {
  const world = await makeWorld(temporaryFolder());
  const hosts = await hostsInStep(world, { '.one': text, '.two': text, '.other': 'x\n' });
  const [a, b] = hosts;
  for (const [host, word] of [
    [a, 'a'],
    [b, 'b'],
  ] as const)
    for (const path of ['.one', '.two']) host.write(path, text.replace('one', word));
  await a.sync();
  expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.one' }, { path: '.two' }] });
  const take = { from: 'edit', text: decided } as const;
  expect(await resolve(b.host, { ...b.options, allowSecrets }, '.one', take)).toMatchObject({ left: ['.two'] });
  return { world, hosts };
}

test('of two conflicts the one that was decided stays so when other hosts publish, and this one edits, meanwhile', async () => {
  const { hosts } = await halfDecided();
  const [a, b] = hosts;
  a.write('.other', 'y\n');
  await a.sync();
  expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.two' }] });
  b.write('.two', text.replace('one', 'b').replace('five', 'FIVE'));
  a.write('.one', text.replace('one', 'a').replace('five', 'FIVE'));
  await a.sync();
  expect(await b.sync()).toMatchObject({ state: 'conflicted', captured: ['.two'], conflicts: [{ path: '.two' }] });
  await resolve(b.host, b.options, '.two', { from: 'local' });
  for (const host of [b, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
  for (const host of [a, b])
    expect([host.read('.one'), host.read('.two'), host.read('.other')]).toEqual([
      text.replace('one', 'a and b').replace('five', 'FIVE'),
      text.replace('one', 'b').replace('five', 'FIVE'),
      'y\n',
    ]);
});

test('what was decided is asked for again when another host changes the same line, and nothing is overwritten', async () => {
  const { hosts } = await halfDecided();
  const [a, b] = hosts;
  a.write('.one', text.replace('one', 'a again'));
  await a.sync();
  expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.one' }, { path: '.two' }] });
  expect(b.read('.one')).toBe(text.replace('one', 'b'));
});

test('a merge that comes to be clean without the last decision keeps the first one, also where nothing may be published yet', async () => {
  const { hosts, world } = await halfDecided();
  const [a, b] = hosts;
  a.write('.two', text);
  await a.sync();
  expect(await b.sync({ noPush: true })).toMatchObject({ conflicts: [], pendingPush: true });
  expect(b.read('.one')).toBe(text.replace('one', 'a and b'));
  for (const host of [b, a, b]) expect(await host.sync()).toMatchObject({ state: 'ok' });
  for (const host of [a, b])
    expect([host.read('.one'), host.read('.two')]).toEqual([text.replace('one', 'a and b'), text.replace('one', 'b')]);
  expect(await world.published()).toMatchObject({ dot_one: text.replace('one', 'a and b').trimEnd() });
  expect(await b.jj('bookmark', 'list', 'glob:sync/*')).toBe('');
});

const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`;

test('a text with a secret is not taken as a decision', async () => {
  const { hosts } = await halfDecided();
  const [, b] = hosts;
  await expect(resolve(b.host, b.options, '.two', { from: 'edit', text: `token ${token}\n` })).rejects.toMatchObject({
    code: 'ROTA_DOTFILES_PATH',
    message: expect.stringContaining('Line 1'),
  });
  const allowing = { ...b.options, allowSecrets: ['.two'] };
  expect(await resolve(b.host, allowing, '.two', { from: 'edit', text: `token ${token}\n` })).toMatchObject({ left: [] });
});

test('a secret that got into the waiting merge is not published when the other host comes to agree', async () => {
  const { hosts, world } = await halfDecided(`token ${token}\n`, ['.one']);
  const [a, b] = hosts;
  a.write('.two', text);
  await a.sync();
  for (let time = 0; time < 2; time += 1)
    expect(await b.sync()).toMatchObject({ state: 'secret-blocked', blockedSecrets: [{ path: '.one', line: 1 }] });
  expect((await exec('git', ['--git-dir', world.origin, 'log', '--all', '-p', '--text'])).stdout).not.toContain(token);
});

test('a line of work with a secret, which is not in the waiting merge, does not undo what was decided', async () => {
  const { hosts } = await halfDecided();
  const [a, b] = hosts;
  writeFileSync(join(b.tree, 'dot_other'), `token ${token}\n`);
  a.write('.other', 'y\n');
  await a.sync();
  expect(await b.sync()).toMatchObject({ conflicts: [{ path: '.two' }], blockedSecrets: [{ path: '.other' }] });
});
