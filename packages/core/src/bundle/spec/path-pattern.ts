/**
 * A pattern of paths with `/` between names, as a test: `*` and `?` stay within a name (a leading dot included, for state is full of dot
 * files), `**` as a whole name stands for any number of names. A pattern without `/` holds at any depth, one with `/` from the root on,
 * and what matches a folder holds for all below it.
 */
export function pathPattern(pattern: string): (path: string) => boolean {
  const clean = pattern.replace(/^\.?\//, '').replace(/\/+$/, '');
  const anchored = clean.includes('/') || /^\.?\//.test(pattern);
  const source = clean
    .split('/')
    .map((part) =>
      part === '**'
        ? '<any>'
        : part
            .replaceAll(/[.+^$()|[\]\\{}<>]/g, '\\$&')
            .replaceAll(/\*+/g, '[^/]*')
            .replaceAll('?', '[^/]'),
    )
    .join('/')
    .replaceAll('<any>/', '(?:[^/]+/)*')
    .replaceAll('/<any>', '(?:/[^/]+)*')
    .replaceAll('<any>', '.*');
  const test = new RegExp(`${anchored ? '^' : '^(?:.*/)?'}${source}(?:/.*)?$`, 's');
  return (path) => test.test(path);
}
