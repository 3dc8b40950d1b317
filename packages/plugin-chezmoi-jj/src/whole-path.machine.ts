import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { TestHost } from './testing/world.ts';

test('an edit on one host reaches the others, and an untouched host reverts nothing', async () => {
  const world = await newWorld();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => world.host(name));
  if (a === undefined || b === undefined || c === undefined) throw new TypeError('three hosts');
  a.write('.zshrc', 'one\ntwo\nthree\n');
  a.write('.vimrc', 'set nu\n');
  await a.chezmoi('init');
  await a.chezmoi('add', `${a.home}/.zshrc`, `${a.home}/.vimrc`);
  expect(await a.sync()).toMatchObject({ state: 'ok' });
  expect(await world.published()).toEqual({ dot_vimrc: 'set nu', dot_zshrc: 'one\ntwo\nthree' });
  expect(await b.sync()).toMatchObject({ state: 'ok' });
  expect(await c.sync()).toMatchObject({ state: 'ok' });
  expect(b.read('.zshrc')).toBe('one\ntwo\nthree\n');
  a.write('.zshrc', 'ONE\ntwo\nthree\n');
  b.write('.vimrc', 'set nonu\n');
  c.write('.zshrc', 'one\ntwo\nTHREE\n');
  expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'] });
  expect(await b.sync()).toMatchObject({ state: 'ok', captured: ['.vimrc'], applied: ['.zshrc'] });
  expect(await c.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'] });
  await a.sync();
  await b.sync();
  for (const host of [a, b, c]) {
    expect(host.read('.zshrc')).toBe('ONE\ntwo\nTHREE\n');
    expect(host.read('.vimrc')).toBe('set nonu\n');
    expect(await host.sync()).toMatchObject({ state: 'ok', captured: [], applied: [], ahead: 0, behind: 0 });
  }
});

/** The programs that a sync starts, each with the first word that is no option. */
async function startsOf({ host, options }: TestHost): Promise<readonly string[]> {
  const started: string[] = [];
  const run: typeof host.run = async (request) => {
    const { file, args } = request;
    const words = args.slice(file === 'chezmoi' ? 0 : 2).filter((word) => !word.startsWith('-'));
    started.push(`${file} ${words.slice(0, words[0] === 'git' || words[0] === 'bookmark' ? 2 : 1).join(' ')}`);
    return await host.run(request);
  };
  await syncDotfiles({ ...host, run }, options);
  return started;
}

test('every program that a sync starts costs its user time: three with nothing to do, and few with an edit', async () => {
  const [a, b] = await hostsInStep(await newWorld(), { '.one': 'one\n', '.two': 'two\n' });
  await a.sync();
  expect((await startsOf(a)).toSorted()).toEqual(['chezmoi status', 'jj git fetch', 'jj log']);
  a.write('.one', 'ONE\n');
  const sending = await startsOf(a);
  expect(sending.filter((start) => start.startsWith('chezmoi'))).toEqual(['chezmoi status', 'chezmoi re-add']);
  expect(sending.length).toBeLessThanOrEqual(13);
  const receiving = await startsOf(b);
  expect(b.read('.one')).toBe('ONE\n');
  expect(receiving.filter((start) => start.startsWith('chezmoi'))).toEqual(['chezmoi status', 'chezmoi status', 'chezmoi apply']);
  expect(receiving.length).toBeLessThanOrEqual(12);
});

test('jj is told how wide the terminal is that it has not, and starts no program to ask', async () => {
  const [a] = await hostsInStep(await newWorld(), { '.one': 'one\n' });
  const bin = temporaryFolder();
  writeFileSync(join(bin, 'tput'), `#!/bin/sh\necho "$@" >>${bin}/asked\n`, { mode: 0o755 });
  a.write('.one', 'ONE\n');
  const { COLUMNS: _, ...env } = a.host.env;
  const { status } = await syncDotfiles({ ...a.host, env: { ...env, PATH: `${bin}:${env.PATH}` } }, a.options);
  expect(status).toMatchObject({ state: 'ok', captured: ['.one'] });
  expect(existsSync(join(bin, 'asked'))).toBe(false);
});
