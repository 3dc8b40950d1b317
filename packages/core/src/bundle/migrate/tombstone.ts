import { join } from 'node:path';
import * as v from 'valibot';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { bundleLayout } from '../bundle-layout.ts';

const tombstoneSchema = v.object({ id: v.string(), tenant: v.string(), name: v.string(), to: v.string(), at: v.string() });

/** That a service has moved, and where to. */
export type Tombstone = v.InferOutput<typeof tombstoneSchema>;

type Key = { readonly tenant: string; readonly name: string };
type TombstoneHost = Pick<Host, 'files' | 'stateDir'>;

/** The text for people; the data stand beside it. */
export function tombstoneFile(host: Pick<Host, 'stateDir'>, namespace: string, { tenant, name }: Key): string {
  return join(bundleLayout(host.stateDir, namespace).root, 'moved', `${tenant}.${name}.txt`);
}

export function readTombstone(host: TombstoneHost, namespace: string, key: Key): Tombstone | undefined {
  try {
    const parsed = v.safeParse(
      tombstoneSchema,
      JSON.parse(host.files.readText(`${tombstoneFile(host, namespace, key)}.json`) ?? ''),
    );
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

export function writeTombstone(host: TombstoneHost, namespace: string, tombstone: Tombstone, roots: readonly string[]): void {
  const file = tombstoneFile(host, namespace, tombstone);
  const { tenant, name, to, at, id } = tombstone;
  // Readable for a service's own user, who is shown it.
  host.files.write(
    file,
    `${tenant}/${name} has moved to ${to} (rota bundle migrate, ${at}, ${id}).
It runs there, and must not run here as well: two copies would go two ways.
What it had here is as it was then: ${roots.join(', ')}. It may be removed.
To bring it back, run on ${to}: rota bundle migrate ${tenant}/${name} THIS-HOST
`,
    0o644,
  );
  host.files.write(`${file}.json`, `${JSON.stringify(tombstone)}\n`);
}

export function removeTombstone(host: TombstoneHost, namespace: string, key: Key): void {
  const file = tombstoneFile(host, namespace, key);
  host.files.remove(`${file}.json`);
  host.files.remove(file);
}

/** @throws ROTA_BUNDLE_MOVED */
export function refuseMoved(host: TombstoneHost, namespace: string, key: Key): void {
  const moved = readTombstone(host, namespace, key);
  if (moved === undefined) return;
  throw new RotaError(
    'ROTA_BUNDLE_MOVED',
    `${key.tenant}/${key.name} moved to ${moved.to} on ${moved.at}; what is here is an old copy.`,
    {
      suggestions: [
        `Work on it on ${moved.to}.`,
        `Or bring it back, on ${moved.to}: rota bundle migrate ${key.tenant}/${key.name} THIS-HOST`,
      ],
    },
  );
}
