import type { Issue } from '../../errors/issue.ts';
import type { InventoryHost } from '../../job/inventory-host.ts';
import type { CheckinDefaults } from '../../job/normalise/job-context.ts';
import { secretReference } from '../../job/normalise/normalise-report.ts';
import { Notes, stringMap } from '../../job/normalise/notes.ts';
import type { BackendPolicy, HostIdentity } from '../declaration.ts';
import type { ConfigLayer } from './config-layers.ts';

/** The settings of all layers in one. A later layer wins field by field; lists of hosts add up. */
export interface MergedLayers {
  readonly namespace?: string;
  readonly tenant?: string;
  readonly backend?: string;
  readonly policy?: BackendPolicy;
  readonly removals?: { readonly maxShare: number };
  readonly hosts: readonly InventoryHost[];
  /** With the endpoint as `url`. */
  readonly checkin?: CheckinDefaults;
  readonly origins: Readonly<Record<string, string>>;
  readonly issues: readonly Issue[];
}

export function mergeLayers(layers: readonly ConfigLayer[], identity: HostIdentity): MergedLayers {
  const origins: Record<string, string> = {};
  const issues: Issue[] = [];
  const hosts = new Map<string, InventoryHost>();
  let checkin: CheckinDefaults = {};
  let settings: Pick<MergedLayers, 'namespace' | 'tenant' | 'backend' | 'policy' | 'removals'> = {};
  for (const layer of layers) {
    const { namespace, tenant, backend, policy, removals } = layer.config;
    const own = present({
      namespace,
      tenant,
      backend,
      policy: policy === undefined ? undefined : { backends: policy.backends, exceptions: policy.exceptions ?? [] },
      removals,
    });
    settings = { ...settings, ...own };
    for (const key of Object.keys(own)) origins[key] = layer.file;
    for (const { name, labels, address, ring } of layer.config.hosts ?? []) {
      hosts.set(name, { name, labels: stringMap(labels), ...present({ address, ring }) });
      origins[`hosts.${name}`] = layer.file;
    }
    if (layer.config.checkin === undefined) continue;
    const declared = present(layer.config.checkin);
    const notes = new Notes();
    if (declared.url !== undefined) notes.references(['checkin', 'url'], declared.url);
    if (declared.secret !== undefined) secretReference(declared.secret, ['checkin', 'secret'], notes);
    issues.push(...notes.problems.map((problem) => layer.locate(problem)));
    checkin = { ...checkin, ...declared };
    for (const key of Object.keys(declared)) origins[`checkin.${key}`] = layer.file;
  }
  if (identity.checkinUrl !== undefined && identity.file !== undefined) {
    checkin = { ...checkin, url: identity.checkinUrl };
    origins['checkin.url'] = identity.file;
  }
  if (checkin.url !== undefined) checkin = { ...checkin, url: endpoint(checkin.url, checkin.format) };
  return { ...settings, hosts: [...hosts.values()], ...(Object.keys(checkin).length === 0 ? {} : { checkin }), origins, issues };
}

/** A base URL gets the path of check-ins; the addresses of healthchecks are whole already. */
function endpoint(base: string, format: CheckinDefaults['format']): string {
  const trimmed = base.replace(/\/+$/, '');
  return format === 'healthchecks' || trimmed.endsWith('/api/checkins') ? base : `${trimmed}/api/checkins`;
}

function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
