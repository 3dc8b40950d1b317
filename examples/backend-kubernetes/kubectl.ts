import { type Host, RotaError } from '@rota/core';
import type { KubernetesOptions } from './options.ts';

/** Runs kubectl in the cluster namespace of the options, and answers what it printed. @throws ROTA_BACKEND_UNAVAILABLE */
export async function kubectl(
  host: Host,
  { clusterNamespace, context }: KubernetesOptions,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const place = ['--namespace', clusterNamespace, ...(context === undefined ? [] : ['--context', context])];
  const result = await host.run({ file: 'kubectl', args: [...args, ...place], input, timeoutMs: 120_000 });
  if (result.exitCode === 0) return result.stdout;
  throw new RotaError(
    'ROTA_BACKEND_UNAVAILABLE',
    `kubectl ${args[0] ?? ''} ended with ${result.exitCode ?? 'a signal'}: ${result.stderr.trim()}`,
    { suggestions: [`kubectl auth can-i create cronjobs.batch ${place.join(' ')}`] },
  );
}
