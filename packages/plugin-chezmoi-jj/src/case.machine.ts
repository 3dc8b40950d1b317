import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SyncStatus } from './status/sync-status.ts';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { TestHost, World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

/**
 * A sync that finds names in either case, as on macOS and Windows, and with exFAT. The machine has no such file system: what is asked of this one is only whether it is one,
 * and what is decided from the names in the repository is real.
 */
async function syncFolding({ host, options }: TestHost): Promise<SyncStatus> {
  const facts: typeof host.files.facts = (path) => {
    const found = host.files.facts(path);
    if (found !== undefined) return found;
    const names = host.files.list(dirname(path));
    const name = names.find((one) => one.toLowerCase() === basename(path).toLowerCase());
    return name === undefined ? undefined : host.files.facts(join(dirname(path), name));
  };
  return (await syncDotfiles({ ...host, files: { ...host.files, facts } }, options)).status;
}

describe('where a file system takes two names that differ only in case for one', () => {
  test('a revision with both is told and stays away, edits go on, and nothing is merged over the other', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': 'one\n' });
    expect(await syncFolding(b)).toMatchObject({ state: 'ok' });
    a.write('.Zshrc', 'other\n');
    await a.chezmoi('add', join(a.home, '.Zshrc'));
    await a.sync();
    b.write('.zshrc', 'edited\n');
    for (const captured of [['.zshrc'], []]) {
      const status = await syncFolding(b);
      expect(status).toMatchObject({ state: 'remote-broken', captured, applied: [] });
      expect(status.lastError?.message).toBe(
        'dot_Zshrc and dot_zshrc differ only in case, and the file system here holds only one of them.',
      );
    }
    expect(readdirSync(b.home).filter((name) => /zshrc/i.test(name))).toEqual(['.zshrc']);
    expect(await world.published()).toEqual({ dot_Zshrc: 'other', dot_zshrc: 'one' });
    // One gets another name, on the host that has both.
    await a.git('mv', 'dot_Zshrc', 'dot_other');
    await a.sync();
    expect(await syncFolding(b)).toMatchObject({ state: 'ok' });
    await a.sync();
    expect([a.read('.zshrc'), b.read('.zshrc'), b.read('.other')]).toEqual(['edited\n', 'edited\n', 'other\n']);
  });

  test('a repository with both is not cloned', async () => {
    await hostsInStep(world, { '.zshrc': 'one\n', '.Zshrc': 'other\n' });
    const c = world.host('c');
    await expect(syncFolding(c)).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_CONFIG',
      message: expect.stringContaining('dot_Zshrc and dot_zshrc differ only in case'),
    });
    expect(c.read('.local/share/chezmoi/dot_zshrc')).toBeUndefined();
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_Zshrc', 'dot_zshrc']);
    // Where both are two files, both come.
    await c.sync();
    expect([c.read('.zshrc'), c.read('.Zshrc')]).toEqual(['one\n', 'other\n']);
  });
});
