import type { Host, JobKey, NativeState } from '@rota/core';
import { batches, systemctl } from './systemctl.ts';
import { readTimestamp } from './timestamp.ts';
import { unitName } from './unit-name.ts';

const properties = [
  'Id',
  'ActiveState',
  'SubState',
  'Result',
  'LoadState',
  'ExecMainStartTimestamp',
  'NextElapseUSecRealtime',
  'LastTriggerUSec',
];

/** What the manager says of jobs: one call for all of them. */
export async function state(host: Host, namespace: string, jobs: readonly JobKey[]): Promise<ReadonlyMap<string, NativeState>> {
  const blocks = new Map<string, ReadonlyMap<string, string>>();
  const units = jobs.flatMap((job) => [`${unitName(namespace, job)}.service`, `${unitName(namespace, job)}.timer`]);
  for (const batch of batches(units)) {
    const text = await systemctl(host, ['show', '--timestamp=unix', `--property=${properties.join()}`, ...batch]);
    for (const block of text.split('\n\n')) {
      const values = new Map(
        block.split('\n').map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
      blocks.set(values.get('Id') ?? '', values);
    }
  }
  return new Map(
    jobs.map((job) => {
      const name = unitName(namespace, job);
      return [`${job.tenant}/${job.name}`, stateOf(blocks.get(`${name}.service`), blocks.get(`${name}.timer`))];
    }),
  );
}

type Values = ReadonlyMap<string, string> | undefined;

function stateOf(service: Values, timer: Values): NativeState {
  const failure = failureOf(service);
  return {
    running: ['active', 'activating', 'deactivating'].includes(service?.get('ActiveState') ?? ''),
    nextStart: timer?.get('ActiveState') === 'active' ? readTimestamp(timer.get('NextElapseUSecRealtime')) : null,
    lastStart: readTimestamp(service?.get('ExecMainStartTimestamp')),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Results that mean the job's own process never ran. */
function failureOf(service: Values): string | undefined {
  const load = service?.get('LoadState');
  if (load !== undefined && load !== 'loaded') return `the service cannot be loaded (${load})`;
  const result = service?.get('Result');
  return result === 'resources' || result === 'start-limit-hit' ? `systemd could not start it (${result})` : undefined;
}
