import { isAbsolute, relative, sep } from 'node:path';

/** A line of `chezmoi status`: the target differs from the file that is there. Letters: `A`dded, `D`eleted, `M`odified, `R`un, or a blank. */
export interface StatusLine {
  /** What was done to the file since chezmoi wrote it; a blank also for a file that chezmoi never wrote. */
  readonly here: string;
  /** What `chezmoi apply` would do. */
  readonly apply: string;
  /** Absolute. */
  readonly target: string;
}

/**
 * Reads `chezmoi status --path-style=absolute`. A name with a line break cannot be told from two lines, so what is not below the
 * home folder is left out: nobody can make a path outside of it pass for a dotfile.
 */
export function readStatusLines(text: string, home: string): readonly StatusLine[] {
  return text.split('\n').flatMap((line) => {
    const found = /^([ ADMR])([ ADMR]) (\/.+)$/.exec(line);
    const [, here = '', apply = '', target = ''] = found ?? [];
    return found === null || !isBelow(home, target) ? [] : [{ here, apply, target }];
  });
}

/** An edit made here: the file was written by chezmoi, was changed since, and is to be replaced. */
export function isEditedHere({ here, apply }: StatusLine): boolean {
  return here === 'M' && apply === 'M';
}

/** A file that chezmoi wrote and that is gone. */
export function isDeletedHere({ here }: StatusLine): boolean {
  return here === 'D';
}

function isBelow(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}
