import type { ApplyInput, Host } from '@rota/core';
import { kubectl } from './kubectl.ts';
import { objectName } from './object-name.ts';
import type { KubernetesOptions } from './options.ts';

/** Makes a batch in at most two calls: one that writes, one that deletes. Jobs that run go on. */
export async function changeObjects(
  host: Host,
  options: KubernetesOptions,
  { namespace, changes, onProgress }: ApplyInput,
): Promise<void> {
  const written = changes.flatMap(({ after }) => (after === null ? [] : after.files.map(({ content }) => content)));
  const deleted = changes.filter(({ after }) => after === null).map((change) => objectName(namespace, change));
  if (written.length > 0) {
    const list = `{"apiVersion":"v1","kind":"List","items":[${written.join(',')}]}`;
    const flags = ['--server-side', '--field-manager=rota', '--force-conflicts', '--filename', '-'];
    await kubectl(host, options, ['apply', ...flags], list);
    onProgress?.(written.length, changes.length);
  }
  if (deleted.length > 0) {
    await kubectl(host, options, ['delete', 'cronjobs.batch', ...deleted, '--ignore-not-found', '--cascade=orphan']);
    onProgress?.(changes.length, changes.length);
  }
}
