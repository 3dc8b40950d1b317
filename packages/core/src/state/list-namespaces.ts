import type { Files } from '../host/files.ts';
import { namespaceLayout, stateLayout } from './layout.ts';
import { isNamespace } from './name-rule.ts';

/** Names of the namespaces that were ever applied to in this state, sorted. */
export function listNamespaces(host: {
  readonly files: Pick<Files, 'list' | 'facts'>;
  readonly stateDir: string;
}): readonly string[] {
  return host.files
    .list(stateLayout(host.stateDir).namespaces)
    .filter((name) => isNamespace(name) && host.files.facts(namespaceLayout(host.stateDir, name).record) !== undefined);
}
