import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, output } from '@rota/test-support';
import { expect } from 'vitest';
import { madeOnce } from './new-world.ts';
import type { TestHost, World } from './world.ts';

/** The first line of the encrypted file. */
export const secret = 'machine example.org password hunter2hunter2';
/** A host whose chezmoi encrypts with age, with the key that all hosts share. */
export async function encryptingHost(world: World, name: string): Promise<TestHost> {
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
export async function encryptedPair(world: World): Promise<readonly [TestHost, TestHost]> {
  await madeOnce(world, 'encrypted', async () => {
    const [a, b] = [await encryptingHost(world, 'a'), await encryptingHost(world, 'b')];
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
export async function plainTexts(world: World, ...hosts: readonly TestHost[]): Promise<string> {
  const folders = [world.origin, ...hosts.map(({ tree }) => join(tree, '.git'))];
  const logs = folders.map(async (folder) => (await exec('git', ['--git-dir', folder, 'log', '--all', '-p', '--text'])).stdout);
  const found = hosts.map(
    async ({ tree }) => (await exec('grep', ['-rlE', 'hunter2|ghp_|REMOTE|LOCAL', tree, '--exclude-dir=.git'])).stdout,
  );
  const all = (await Promise.all(logs)).join('');
  return [...(await Promise.all(found)), ...(all.match(/^.*(hunter2|ghp_|REMOTE|LOCAL).*$/gm) ?? [])].join('');
}
