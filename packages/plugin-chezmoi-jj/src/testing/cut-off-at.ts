import type { ProcessRequest } from '@rota/core';
import { expect } from 'vitest';
import { syncDotfiles } from '../sync/sync-dotfiles.ts';
import type { TestHost } from './world.ts';

/** Synchronises, and dies at the first program of which `isLast` holds: once that has ended, or once `instead` has been done in its place. */
export async function cutOffAt(
  { host, options }: Pick<TestHost, 'host' | 'options'>,
  isLast: (request: ProcessRequest) => boolean,
  instead: (request: ProcessRequest) => unknown = host.run,
): Promise<void> {
  const run: typeof host.run = async (request) => {
    if (!isLast(request)) return await host.run(request);
    await instead(request);
    throw new Error('killed');
  };
  await expect(syncDotfiles({ ...host, run }, options)).rejects.toThrow('killed');
}

/** chezmoi has written the files: the home is not yet known to look like the new revision. */
export const afterApply = ({ file, args }: ProcessRequest): boolean => file === 'chezmoi' && args.includes('apply');

/** chezmoi takes edits into the sources. */
export const atReAdd = ({ args }: ProcessRequest): boolean => args.includes('re-add');
