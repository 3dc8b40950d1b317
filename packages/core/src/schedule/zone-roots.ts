/** Where zone files are looked for, in order: TZDIR as tzset(3) has it, NixOS, everybody else. */
export function zoneRoots(env: Readonly<Record<string, string | undefined>> = process.env): readonly string[] {
  const roots = ['/etc/zoneinfo', '/usr/share/zoneinfo'];
  return env.TZDIR === undefined || env.TZDIR === '' ? roots : [env.TZDIR, ...roots];
}
