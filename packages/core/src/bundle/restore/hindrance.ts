import { lstatSync, readlinkSync } from 'node:fs';
import type { Host } from '../../host/host.ts';
import { mountPoints } from '../mount-points.ts';
import { holds } from '../real-path.ts';
import { isBelow } from '../spec/define-bundle.ts';

/** Why what stands at the place of a root cannot be put aside as a whole, and what to do. */
export interface Hindrance {
  readonly message: string;
  readonly suggestions: readonly string[];
}

const copyInstead = 'Or restore with --into DIR, and copy.';

/** `undefined` when nothing hinders it, or nothing is there. */
export function hindranceAt(path: string, { stateDir }: Pick<Host, 'stateDir'>): Hindrance | undefined {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    return {
      message: `${path} is a symbolic link to ${readlinkSync(path)}, which would be left behind.`,
      suggestions: ['Declare the path that it leads to as the root.', copyInstead],
    };
  const [mount] = mountPoints(path);
  if (mount !== undefined)
    return {
      message: `${mount} is the root of a file system, which cannot be renamed${isBelow(mount, path) && mount !== path ? ` and would go aside with ${path}` : ''}.`,
      suggestions: [
        mount === path ? 'Declare a folder in it as the root of the state.' : `Unmount it first: umount ${mount}`,
        copyInstead,
      ],
    };
  return holds(path, stateDir)
    ? {
        message: `${path} holds the state of Rota itself, ${stateDir}, which would go aside with it.`,
        suggestions: ['Declare the folders in it that are the state of the service.', copyInstead],
      }
    : undefined;
}
