/**
 * Where zone files are looked for, in order: TZDIR as tzset(3) has it, NixOS, everybody else. None on Windows, which has no such files: there Node's own
 * data is read.
 */
export function zoneRoots(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  if (platform === 'win32') return [];
  const roots = ['/etc/zoneinfo', '/usr/share/zoneinfo'];
  return env.TZDIR === undefined || env.TZDIR === '' ? roots : [env.TZDIR, ...roots];
}
