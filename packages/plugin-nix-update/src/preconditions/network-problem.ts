import type { Host } from '@rota/core';

/** Without a route there is nothing to fetch. proc(5): a default route has destination and mask 0; `lo` has none that leads out. */
export function networkProblem({ files }: Pick<Host, 'files'>): string | null {
  const ipv4 = files.readText('/proc/net/route');
  const ipv6 = files.readText('/proc/net/ipv6_route') ?? '';
  if (ipv4 === undefined) return 'Whether there is a network cannot be read from /proc/net/route.';
  const byIpv4 = ipv4
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .some((fields) => fields[1] === '00000000' && fields[7] === '00000000');
  const byIpv6 = ipv6.split('\n').some((line) => /^0{32} 00 /.test(line) && !/\slo$/.test(line));
  return byIpv4 || byIpv6
    ? null
    : 'There is no network: no default route. For a flake whose inputs are local, set `requireNetwork: false`.';
}
