import { type Host, type Installed, type ListInput, type NativeState, printJobKey, RotaError } from '@rota/core';
import { kubectl } from './kubectl.ts';
import type { KubernetesOptions } from './options.ts';

/** What is read of a CronJob of the cluster. */
interface ReadObject {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: { readonly active?: readonly unknown[]; readonly lastScheduleTime?: string };
}

/** The CronJobs of a namespace of Rota, as the cluster has them. */
export async function listObjects(
  host: Host,
  options: KubernetesOptions,
  { namespace, expected }: ListInput,
): Promise<readonly Installed[]> {
  const objects = await readObjects(host, options, namespace);
  return objects.flatMap((object) => {
    const key = keyOf(object);
    if (key === undefined) return [];
    const wanted = expected.get(printJobKey(key))?.files[0]?.content;
    const difference = wanted === undefined ? undefined : firstDifference(JSON.parse(wanted), object, '');
    return [
      {
        ...key,
        digest: object.metadata?.annotations?.['rota/digest'],
        active: object.spec?.suspend !== true,
        drift: difference === undefined ? [] : [{ kind: 'edited' as const, detail: difference }],
      },
    ];
  });
}

/** What the controller says of the jobs. When the next start is, it does not say. */
export async function objectStates(
  host: Host,
  options: KubernetesOptions,
  namespace: string,
): Promise<ReadonlyMap<string, NativeState>> {
  const objects = await readObjects(host, options, namespace);
  return new Map(
    objects.flatMap((object) => {
      const key = keyOf(object);
      const at = Date.parse(object.status?.lastScheduleTime ?? '');
      const running = (object.status?.active ?? []).length > 0;
      const lastStart = Number.isNaN(at) ? null : at / 1000;
      return key === undefined ? [] : [[printJobKey(key), { running, nextStart: null, lastStart }] as const];
    }),
  );
}

async function readObjects(host: Host, options: KubernetesOptions, namespace: string): Promise<readonly ReadObject[]> {
  const selector = `app.kubernetes.io/managed-by=rota,rota/namespace=${namespace}`;
  const text = await kubectl(host, options, ['get', 'cronjobs.batch', '--selector', selector, '--output', 'json']);
  const answer: { readonly items?: readonly ReadObject[] } = JSON.parse(text);
  if (answer.items === undefined) throw new RotaError('ROTA_BACKEND_UNAVAILABLE', 'kubectl answered something that is no list.');
  return answer.items;
}

function keyOf({ metadata }: ReadObject): { readonly tenant: string; readonly name: string } | undefined {
  const { 'rota/tenant': tenant, 'rota/job': name } = metadata?.labels ?? {};
  return tenant === undefined || name === undefined ? undefined : { tenant, name };
}

/** The first place where the cluster has something else than what was written. What it has added (defaults, status) is no difference. */
function firstDifference(wanted: unknown, found: unknown, path: string): string | undefined {
  if (typeof wanted !== 'object' || wanted === null) {
    return wanted === found ? undefined : `${path} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`;
  }
  if (typeof found !== 'object' || found === null) return `${path} is gone`;
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length !== found.length)
    return `${path} has ${found.length} entries`;
  const values = new Map<string, unknown>(Object.entries(found));
  for (const [key, value] of Object.entries(wanted)) {
    const difference = firstDifference(value, values.get(key), path === '' ? key : `${path}.${key}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
