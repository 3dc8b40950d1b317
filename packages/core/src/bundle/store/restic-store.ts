import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { type BundleStore, oldestFirst, type Sidecar } from './bundle-store.ts';
import { packTree } from './pack-tree.ts';
import { resticError } from './restic-error.ts';
import { parseSidecar } from './sidecar-text.ts';
import { unpackTree } from './unpack-tree.ts';

/** Every snapshot of ours has this tag, and one with its sidecar. */
const mark = 'rota-bundle';
const sidecarTag = 'rota-sidecar=';

/** Exit codes that tell failures apart, and `--retry-lock`, are of this version. */
const oldestVersion = [0, 17, 1] as const;

const snapshotsSchema = v.array(v.object({ id: v.string(), tags: v.optional(v.array(v.string())) }));

interface Snapshot {
  readonly id: string;
  readonly sidecar: Sidecar;
}

/**
 * Bundles as snapshots of a repository of restic, wherever restic can have one. It gets the tree with its manifest, not an archive, so that
 * it stores only what changed; it encrypts by itself. The sidecar stands in a tag. Reading a bundle back gives the archive as it was before
 * compression, byte for byte. Where the password is, restic learns from its own variables.
 */
export function resticStore(host: Pick<Host, 'run' | 'files'>, repository: string): BundleStore {
  const place = repository.replace(/\/\/[^/@]*@/, '//');
  let checked: Promise<void> | undefined;
  async function restic(args: readonly string[], cwd?: string): Promise<string> {
    checked ??= checkVersion(host);
    await checked;
    const end = await host.run({
      file: 'restic',
      args: ['--retry-lock', '2m', ...args],
      // Not as an argument: the address may hold a password, and everybody sees arguments.
      env: { RESTIC_REPOSITORY: repository, RESTIC_PROGRESS_FPS: '0' },
      ...(cwd === undefined ? {} : { cwd }),
    });
    if (end.exitCode !== 0) throw resticError(place, end.exitCode, end.stderr);
    return end.stdout;
  }
  async function snapshots(): Promise<readonly Snapshot[]> {
    const answer = v.safeParse(snapshotsSchema, JSON.parse(await restic(['snapshots', '--json', '--tag', mark])));
    if (!answer.success) throw new RotaError('ROTA_BUNDLE_STORE', `restic listed ${place} in a way that Rota does not know.`);
    return answer.output.flatMap(({ id, tags = [] }) => {
      const sidecar = readTag(tags);
      return sidecar === undefined ? [] : [{ id, sidecar }];
    });
  }
  const find = async (bundles: readonly Sidecar[]): Promise<readonly Snapshot[]> =>
    (await snapshots()).filter(({ sidecar }) => bundles.some(({ id }) => id === sidecar.id));
  async function forget(bundles: readonly Sidecar[]): Promise<void> {
    const ids = (await find(bundles)).map(({ id }) => id);
    if (ids.length > 0) await restic(['forget', '--quiet', '--prune', ...ids]);
  }
  async function restore(bundle: Sidecar, tree: string, isAgain = false): Promise<void> {
    const [snapshot] = await find([bundle]);
    if (snapshot === undefined) throw new RotaError('ROTA_BUNDLE_STORE', `The bundle ${bundle.id} is not in ${place} any more.`);
    try {
      await restic(['restore', snapshot.id, '--quiet', '--target', tree]);
    } catch (error) {
      // A proof that somebody records gives the snapshot another id.
      if (isAgain || (await find([bundle])).some(({ id }) => id === snapshot.id)) throw error;
      await restore(bundle, tree, true);
    }
  }
  return {
    kind: 'restic',
    place,
    placeOf: ({ id }) => `${place} (tag ${mark}, bundle ${id})`,
    async put({ file, manifest, archive }, sidecar) {
      const tree = `${file}.tree`;
      try {
        const { size, sha256 } = await unpackTree(host, { manifest, bytes: archive() }, tree);
        const own: Sidecar = { ...sidecar, file: `${sidecar.id}.tar`, size, sha256, compression: 'none', encrypted: false };
        await restic(['backup', '--quiet', '--host', sidecar.host, ...tagsOf(own), '.'], tree).catch(async (error: unknown) => {
          // With exit code 3 it has made a snapshot of what it could read, which is no bundle.
          await forget([own]).catch(() => undefined);
          throw error;
        });
        return own;
      } finally {
        rmSync(tree, { recursive: true, force: true });
      }
    },
    // A bundle that two processes put, or that one put again, has several snapshots of the same.
    list: async () => oldestFirst([...new Map((await snapshots()).map(({ sidecar }) => [sidecar.id, sidecar])).values()]),
    async fetch(bundle, folder) {
      const tree = join(folder, `${bundle.id}.tree`);
      try {
        await restore(bundle, tree);
        return packTree(tree, join(folder, bundle.file));
      } finally {
        rmSync(tree, { recursive: true, force: true });
      }
    },
    async update(bundle) {
      const ids = (await find([bundle])).map(({ id }) => id);
      if (ids.length > 0) await restic(['tag', '--quiet', ...tagsOf(bundle, '--set'), ...ids]);
    },
    remove: forget,
  };
}

function tagsOf(sidecar: Sidecar, option = '--tag'): readonly string[] {
  const text = Buffer.from(JSON.stringify(sidecar)).toString('base64url');
  return [mark, `${sidecar.tenant}/${sidecar.name}`, `${sidecarTag}${text}`].flatMap((tag) => [option, tag]);
}

function readTag(tags: readonly string[]): Sidecar | undefined {
  const tag = tags.find((one) => one.startsWith(sidecarTag));
  return tag === undefined ? undefined : parseSidecar(Buffer.from(tag.slice(sidecarTag.length), 'base64url').toString());
}

async function checkVersion(host: Pick<Host, 'run'>): Promise<void> {
  const { stdout } = await host.run({ file: 'restic', args: ['version'] });
  const found = /^restic (\d+)\.(\d+)\.(\d+)/.exec(stdout)?.slice(1, 4).map(Number) ?? [0, 0, 0];
  const difference = oldestVersion.map((wanted, at) => (found[at] ?? 0) - wanted).find((one) => one !== 0) ?? 0;
  if (difference < 0)
    throw new RotaError('ROTA_BUNDLE_STORE', `restic ${found.join('.')} is too old: it does not tell its failures apart.`, {
      suggestions: [`Install restic ${oldestVersion.join('.')} or newer: https://restic.net`],
    });
}
