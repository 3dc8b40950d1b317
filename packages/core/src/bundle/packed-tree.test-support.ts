import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHost } from '../host/create-host.ts';
import { namesOfIds } from './capture/names-of-ids.ts';
import { openStage, type Stage } from './capture/stage-tree.ts';
import { walkTree } from './capture/walk-tree.ts';
import { type EntrySpool, openEntrySpool } from './format/entry-spool.ts';
import type { BundleEntry, BundleHead, BundleManifest } from './format/manifest.ts';
import type { Compression } from './format/stream-parts.ts';
import { treeDigest } from './format/tree-digest.ts';
import { writeBundle } from './format/write-bundle.ts';
import { extractBundle } from './restore/extract-bundle.ts';

const host = createHost({ stateDir: '/nonexistent' });

/** A manifest that lists the entries, in one root named `r`. */
export const manifestOf = (entries: readonly BundleEntry[], change: Partial<BundleManifest> = {}): BundleManifest => ({
  formatVersion: 1,
  id: '0123456789abcdef',
  tenant: 't',
  name: 'n',
  host: { name: 'h', id: 'i' },
  createdAt: '2026-11-21T00:00:00Z',
  consistency: 'live',
  outcome: 'ok',
  problems: [],
  notes: [],
  roots: [{ name: 'r', path: '/r', kind: 'folder' }],
  databases: [],
  identity: [],
  excluded: 0,
  guidance: {},
  totals: { entries: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) },
  treeDigest: treeDigest(entries),
  entries: [...entries],
  ...change,
});

/** Stages a folder as the root `r`. */
export function stageRoot(root: string, payload: string, entries: EntrySpool): Stage {
  const stage = openStage(payload, namesOfIds(host.files), entries);
  for (const item of walkTree(root)) stage.add({ name: item.path === '' ? 'data/r' : `data/r/${item.path}`, item });
  stage.close();
  return stage;
}

/** What the manifest says of a staged folder, but for its entries. */
export function headOf(root: string, stage: Stage, entries: EntrySpool): BundleHead {
  const { entries: _, ...head } = manifestOf([], {
    problems: stage.problems,
    roots: [{ name: 'r', path: root, kind: 'folder' }],
    totals: { entries: entries.count, bytes: stage.bytes },
    treeDigest: stage.treeDigest(),
  });
  return head;
}

/** Makes a bundle of one folder, as the root `r`. */
export async function pack(root: string, out: string, compression: Compression): Promise<BundleManifest> {
  const entries = openEntrySpool();
  stageRoot(root, `${out}.payload`, entries);
  const manifest = manifestOf([...entries]);
  const { entries: _, ...head } = manifest;
  await writeBundle({ manifest: head, entries, payload: `${out}.payload`, out, compression, recipients: [] });
  entries.close();
  rmSync(`${out}.payload`);
  return manifest;
}

/** Unpacks it to a place that does not exist. */
export async function extract(path: string, to: string): Promise<void> {
  const dumps = join(dirname(to), 'dumps');
  mkdirSync(dumps, { recursive: true });
  await extractBundle({ host, path, places: new Map([['r', to]]), dumps, keepLinks: new Set() });
}
