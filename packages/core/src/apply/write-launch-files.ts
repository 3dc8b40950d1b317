import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { Plan } from '../plan/plan.ts';
import type { NamespaceLayout } from '../state/layout.ts';

/** Their names say what is in them: one that is there already stays as it is. */
export function writeLaunchFiles({ files }: Pick<Host, 'files'>, layout: NamespaceLayout, texts: Plan['launchFiles']): void {
  for (const [name, text] of Object.entries(texts)) {
    const file = join(layout.launchFiles, name);
    if (files.facts(file) === undefined) files.write(file, text);
  }
}
