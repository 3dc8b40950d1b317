import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { makeWorld } from './testing/world.ts';

test('an edit on one host reaches the others, and an untouched host reverts nothing', async () => {
  const world = await makeWorld(temporaryFolder());
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
