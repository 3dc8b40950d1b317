import { isRotaError } from '../errors/rota-error.ts';
import type { Files } from '../host/files.ts';
import { namespaceLayout } from './layout.ts';
import { listNamespaces } from './list-namespaces.ts';
import { readNamespaceRecord } from './namespace-record.ts';

/** Names of the namespaces that a source (a config path, the URL of a repository) was last applied to, sorted. One whose record cannot be read is none of them. */
export function namespacesFrom(
  host: { readonly files: Pick<Files, 'list' | 'facts' | 'readText'>; readonly stateDir: string },
  source: string,
): readonly string[] {
  return listNamespaces(host).filter((name) => {
    try {
      return readNamespaceRecord(host.files, namespaceLayout(host.stateDir, name))?.source === source;
    } catch (error) {
      if (isRotaError(error)) return false;
      throw error;
    }
  });
}
