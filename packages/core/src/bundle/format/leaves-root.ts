/** True when a symbolic link of this name leads out of its root, as its text stands. */
export function leavesRoot(name: string, link: string): boolean {
  if (link.startsWith('/') || /^[A-Za-z]:|^\\/.test(link)) return true;
  const depthOfRoot = 2;
  const folder = name.split('/').slice(0, -1);
  for (const part of link.split('/')) {
    if (part === '..') folder.pop();
    else if (part !== '.' && part !== '') folder.push(part);
    if (folder.length < depthOfRoot) return true;
  }
  return false;
}
