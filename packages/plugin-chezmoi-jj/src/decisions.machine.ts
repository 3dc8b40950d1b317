import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RotaError } from '@rota/core';
import { exec } from '@rota/test-support';
import { expect, test } from 'vitest';
import { resolveCommand } from './commands/resolve.ts';
import { markedText } from './conflicts/marked-text.ts';
import { resolve } from './conflicts/resolve.ts';
import { openSession } from './sync/session/open-session.ts';
import { placeOf } from './sync/session/place.ts';
import { disagree } from './testing/disagree.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { madeOnce, newWorld } from './testing/new-world.ts';
import type { TestHost, World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

/** Two hosts that disagree on two files, of which `b` has decided the first by a text of its own. */
async function halfDecided(
  decided = text.replace('one', 'a and b'),
  allowSecrets: string[] = [],
): Promise<{ readonly world: World; readonly hosts: Awaited<ReturnType<typeof hostsInStep>> }> {
  const world = await newWorld();
  await madeOnce(world, { decided, allowSecrets }, async () => {
    const [a, b] = await hostsInStep(world, { '.one': text, '.two': text, '.other': 'x\n' });
    await disagree([a, b], text);
    expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.one' }, { path: '.two' }] });
    const take = { from: 'edit', text: decided } as const;
    expect(await resolve(b.host, { ...b.options, allowSecrets }, '.one', take)).toMatchObject({ left: ['.two'] });
  });
  return { world, hosts: [world.host('a'), world.host('b')] };
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

/** Runs `resolve .two --take edit` with an editor that is a line of shell script, as at a terminal. */
async function edited(b: TestHost, script: string): Promise<unknown> {
  const editor = join(b.home, 'editor');
  writeFileSync(editor, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const host = { ...b.host, env: { ...b.host.env, EDITOR: editor, VISUAL: undefined } };
  const command = resolveCommand(b.options);
  const { isTTY } = process.stdin;
  process.stdin.isTTY = true;
  const options = { take: 'edit', noSync: true } as const;
  const input = { host, args: ['.two'], options, json: false, say: () => undefined } as unknown as Parameters<
    typeof command.run
  >[0];
  try {
    return await command.run(input);
  } catch (error) {
    return error;
  } finally {
    process.stdin.isTTY = isTTY;
  }
}

test('what a person has written in the editor, and cannot be taken as it is, is kept', async () => {
  const { hosts } = await halfDecided();
  const [, b] = hosts;
  const refused = await edited(b, `sed -i '1i mine' "$1"`);
  expect(refused).toMatchObject({ code: 'ROTA_DOTFILES_PATH', message: expect.stringContaining('conflict markers') });
  const kept = / kept in (.+)\.$/.exec((refused as RotaError).suggestions.at(-1) ?? '')?.[1] ?? '';
  expect(readFileSync(kept, 'utf8')).toMatch(/^mine\n/);
  expect(await edited(b, `printf 'a and b\\n' >"$1"`)).toMatchObject({ data: { left: [] } });
  expect(readFileSync(kept, 'utf8')).toMatch(/^mine\n/);
});

test('what a person has written in an editor that then fails is kept and told, and nothing is where they wrote nothing', async () => {
  const { hosts } = await halfDecided();
  const [, b] = hosts;
  const failed = await edited(b, `sed -i '1i mine' "$1"; exit 1`);
  expect(failed).toMatchObject({ code: 'ROTA_COMMAND_FAILED' });
  const kept = / kept in (.+)\.$/.exec((failed as RotaError).suggestions.at(-1) ?? '')?.[1] ?? '';
  expect(readFileSync(kept, 'utf8')).toMatch(/^mine\n/);
  const texts = readdirSync(placeOf(b.host).resolve);
  expect(await edited(b, 'exit 1')).toMatchObject({ code: 'ROTA_COMMAND_FAILED', suggestions: [] });
  expect(readdirSync(placeOf(b.host).resolve)).toEqual(texts);
});

test('a text that was written without knowing what another host published meanwhile is not taken', async () => {
  const { hosts } = await halfDecided();
  const [a, b] = hosts;
  const shown = await markedText(await openSession(b.host, b.options), '.two');
  a.write('.other', 'y\n');
  await a.sync();
  await b.sync();
  const take = { from: 'edit', text: text.replace('one', 'a and b'), shown } as const;
  a.write('.two', text.replace('one', 'a').replace('five', 'FIVE'));
  await a.sync();
  await b.sync();
  await expect(resolve(b.host, b.options, '.two', take)).rejects.toMatchObject({ code: 'ROTA_DOTFILES_PATH' });
  a.write('.two', text.replace('one', 'a'));
  await a.sync();
  await b.sync();
  // Only the merge was made again, and not the conflict.
  expect(await resolve(b.host, b.options, '.two', take)).toMatchObject({ left: [] });
});

test('a line of work with a secret, which is in the waiting merge, does not undo what was decided', async () => {
  const world = await newWorld();
  const [a, b] = await hostsInStep(world, { '.one': text, '.two': text, '.other': 'x\n' });
  const allowing = world.host('b', { allowSecrets: ['.other'] });
  writeFileSync(join(b.tree, 'dot_other'), `token ${token}\n`);
  await disagree([a, b], text);
  expect(await allowing.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.one' }, { path: '.two' }] });
  await resolve(b.host, b.options, '.one', { from: 'edit', text: text.replace('one', 'a and b') });
  const blockedSecrets = [{ path: '.other', line: 1 }];
  expect(await b.sync()).toMatchObject({ conflicts: [{ path: '.two' }], blockedSecrets });
  await resolve(b.host, b.options, '.two', { from: 'local' });
  expect(await b.sync()).toMatchObject({ state: 'secret-blocked', blockedSecrets });
  await a.sync();
  expect([a.read('.one'), a.read('.two')]).toEqual([text.replace('one', 'a and b'), text.replace('one', 'b')]);
  expect((await exec('git', ['--git-dir', world.origin, 'log', '--all', '-p', '--text'])).stdout).not.toContain(token);
  for (const host of [allowing, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
  expect(a.read('.other')).toBe(`token ${token}\n`);
});

test('a waiting merge of nothing but a line with a secret waits for it with what was decided', async () => {
  const world = await newWorld();
  const [a, b] = await hostsInStep(world, { '.one': text, '.two': text, '.other': 'x\n' });
  const allowing = world.host('b', { allowSecrets: ['.other'] });
  writeFileSync(join(b.tree, 'dot_other'), `token ${token}\n`);
  for (const name of ['dot_one', 'dot_two']) writeFileSync(join(b.tree, name), text.replace('one', 'b'));
  for (const path of ['.one', '.two']) a.write(path, text.replace('one', 'a'));
  await a.sync();
  expect(await allowing.sync()).toMatchObject({ conflicts: [{ path: '.one' }, { path: '.two' }] });
  await resolve(b.host, b.options, '.one', { from: 'edit', text: text.replace('one', 'a and b') });
  expect(await b.sync()).toMatchObject({ state: 'secret-blocked', applied: ['.one', '.two'] });
  a.write('.two', text.replace('one', 'a').replace('five', 'FIVE'));
  await a.sync();
  expect(await b.sync()).toMatchObject({ state: 'secret-blocked', applied: ['.two'] });
  expect(await allowing.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.two' }] });
});
