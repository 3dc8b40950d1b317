import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '@rota/test-support';
import { inject } from 'vitest';
import { makeWorld, type World } from './world.ts';

const ofThisProcess = (): string => join(inject('worlds'), String(process.pid));
const live = (): string => join(ofThisProcess(), 'live');

/** An empty world in place of the one before it: those of one process lie at the same place, so that a copy of one is another such world. */
export async function newWorld(): Promise<World> {
  rmSync(live(), { recursive: true, force: true, maxRetries: 3 });
  return await makeWorld(live());
}

/** Where copies are, by what was made in them. */
const kept = new Map<string, string>();

/**
 * Lets `make` happen in a new world, of which nothing but `key` says what it does. Where the same happened in an earlier world of this process, a copy of what
 * that had become takes the place of it: files, times and all, as on a disk that was put back.
 */
export async function madeOnce(world: World, key: unknown, make: () => Promise<void>): Promise<void> {
  // A world elsewhere, such as on a disk that gets full, has no earlier one.
  if (world.root !== live()) return await make();
  const name = JSON.stringify(key);
  const copy = kept.get(name);
  if (copy !== undefined) {
    rmSync(live(), { recursive: true, force: true, maxRetries: 3 });
    await copyFolder(copy, world.root);
    return;
  }
  await make();
  const fresh = join(ofThisProcess(), `kept-${kept.size}`);
  await copyFolder(world.root, fresh);
  kept.set(name, fresh);
}

// Times to the nanosecond: the sync takes a file whose time differs for another one.
const copyFolder = async (from: string, to: string): Promise<unknown> => await output('cp', ['-a', from, to]);
