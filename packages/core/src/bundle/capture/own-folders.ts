import { relative } from 'node:path';
import type { Issue } from '../../errors/issue.ts';
import type { Host } from '../../host/host.ts';
import { holds, real } from '../real-path.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';

/** What a capture itself writes to: in a root it would be captured with all earlier bundles, again and again. */
export function ownFoldersIn(
  { stores }: Pick<BundleSpec, 'stores'>,
  root: BundleSpec['roots'][number],
  isLeftOut: (path: string) => boolean,
  host: Pick<Host, 'stateDir'> | undefined,
): readonly Issue[] {
  const own = [
    ...(host === undefined ? [] : [['the state of Rota itself', host.stateDir] as const]),
    ...stores.flatMap((store) => (store.kind === 'folder' ? [['a store of bundles', store.path] as const] : [])),
  ];
  return own
    .filter(([, folder]) => holds(root.path, folder) && !isLeftOut(relative(real(root.path), real(folder))))
    .map(([what, folder]) => ({
      code: 'ROTA_BUNDLE_DECLARATION',
      severity: 'error',
      message: `The root ${root.name} (${root.path}) holds ${what}, ${folder}, which a capture writes to.`,
      suggestion: `Declare the folders in it that are the state of the service, or exclude: [/${relative(real(root.path), real(folder))}]`,
    }));
}
