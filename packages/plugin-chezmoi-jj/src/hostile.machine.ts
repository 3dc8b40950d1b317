import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { undoApply } from './sync/apply/undo.ts';
import { placeOf } from './sync/session/place.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

const text = 'one\ntwo\nthree\nfour\nfive\n';

describe('what people and machines do to a sync', () => {
  test('what is left alone for long fills no disk with backups, and an undo takes back only what a sync has replaced', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text, '.other': 'x\n' });
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    expect(await b.sync()).toMatchObject({ applied: ['.zshrc'] });
    // A template that was edited here, and a file that was there before: both are left alone from now on.
    writeFileSync(join(a.tree, 'dot_made.tmpl'), 'made\n');
    writeFileSync(join(a.tree, 'dot_mine'), 'of a\n');
    await a.sync();
    b.write('.mine', 'of b\n');
    await b.sync();
    b.write('.made', 'edited\n');
    const backups = () => readdirSync(placeOf(b.host).backups);
    await b.sync();
    const before = backups();
    for (let run = 0; run < 3; run += 1) expect(await b.sync()).toMatchObject({ state: 'drift', applied: [] });
    expect(backups()).toEqual(before);
    b.write('.mine', 'of b, later\n');
    const { restored, removed } = await undoApply(b);
    expect([...restored, ...removed]).toEqual(['.made']);
    expect([b.read('.mine'), b.read('.zshrc')]).toEqual(['of b, later\n', text.replace('one', 'ONE')]);
  });

  const first = '$(git rev-list --max-parents=0 main | head -n1)';
  const bookmarks = '$(git for-each-ref --format="%(refname)" refs/heads/host/)';
  test.each([
    ['the shared branch was taken back', `git update-ref refs/heads/main ${first}`],
    [
      'the shared branch was replaced by unrelated work',
      'git update-ref refs/heads/main $(git commit-tree $(git mktree </dev/null) -m new)',
    ],
    ['the bookmarks of the hosts are gone', `for ref in ${bookmarks}; do git update-ref -d $ref; done`],
  ])('no edit is lost when somebody forces the remote: %s', async (_, script) => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text, '.vimrc': 'set nu\n' });
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    b.write('.vimrc', 'set nonu\n');
    await b.sync();
    await a.sync();
    const who = { GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x@x', GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x@x' };
    const forced = await a.host.run({
      file: 'sh',
      args: ['-ec', script],
      env: { ...a.host.env, GIT_DIR: world.origin, ...who },
    });
    expect(forced.exitCode, forced.stderr).toBe(0);
    a.write('.zshrc', text.replace('one', 'UNO'));
    for (const host of [a, b, a, b]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    for (const host of [a, b])
      expect([host.read('.zshrc'), host.read('.vimrc')]).toEqual([text.replace('one', 'UNO'), 'set nonu\n']);
    expect(await world.published()).toMatchObject({ dot_zshrc: text.replace('one', 'UNO').trim(), dot_vimrc: 'set nonu' });
  });
});
