import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const isLeftOut = (path: string): boolean => /(^|\/)(node_modules|testdata)(\/|$)/.test(path);

/** The files below `folder` whose name ends in `ending`, as sorted paths that start with `folder`; none if it does not exist. */
export const filesBelow = (folder: string, ending: string): readonly string[] => {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith(ending) && !isLeftOut(path))
      .map((path) => join(folder, path).replaceAll('\\', '/'))
      .sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};
