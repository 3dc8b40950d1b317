import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namesOfIds } from '../bundle/capture/names-of-ids.ts';
import { openStage } from '../bundle/capture/stage-tree.ts';
import { walkTree } from '../bundle/capture/walk-tree.ts';
import { archiveOf } from '../bundle/format/archive-of.ts';
import { openEntrySpool } from '../bundle/format/entry-spool.ts';
import type { BundleHead } from '../bundle/format/manifest.ts';
import { writeBundle } from '../bundle/format/write-bundle.ts';
import type { BundleContent, Sidecar } from '../bundle/store/bundle-store.ts';
import { nodeFiles } from '../host/node-files.ts';

/** A real bundle of a small tree, as a capture would hand it to a store. */
export interface SampleBundle {
  readonly content: BundleContent;
  readonly sidecar: Sidecar;
  /** Removes the files that it is in. */
  readonly remove: () => void;
}

/** Makes a bundle with what a store might lose: links, an empty file, odd names, times before 1970. @default second 0 */
export async function sampleBundle(second = 0, change: Partial<Sidecar> = {}): Promise<SampleBundle> {
  const folder = mkdtempSync(join(tmpdir(), 'rota-sample-'));
  const root = join(folder, 'root');
  makeTree(root, second);
  const id = randomBytes(8).toString('hex');
  const payload = join(folder, 'payload');
  const entries = openEntrySpool(folder);
  const stage = openStage(payload, namesOfIds(nodeFiles), entries);
  for (const item of walkTree(root)) stage.add({ name: item.path === '' ? 'data/root' : `data/root/${item.path}`, item });
  stage.close();
  const manifest: BundleHead = {
    formatVersion: 1,
    id,
    tenant: 'acme',
    name: 'sample',
    host: { name: 'here', id: 'sample' },
    createdAt: `2026-11-21T00:00:${String(second).padStart(2, '0')}Z`,
    consistency: 'live',
    outcome: 'ok',
    problems: [],
    notes: [],
    roots: [{ name: 'root', path: root, kind: 'folder' }],
    databases: [],
    identity: [],
    excluded: 0,
    guidance: {},
    totals: { entries: entries.count, bytes: stage.bytes },
    treeDigest: stage.treeDigest(),
  };
  const name = `acme.sample-here-${id}.tar.gz`;
  const file = join(folder, name);
  const { size, sha256 } = await writeBundle({ manifest, entries, payload, out: file, compression: 'gzip', recipients: [] });
  const { createdAt, outcome, consistency, totals } = manifest;
  return {
    content: { file, manifest, archive: () => archiveOf({ manifest, entries, payload }) },
    sidecar: {
      formatVersion: 1,
      id,
      file: name,
      size,
      sha256,
      tenant: manifest.tenant,
      name: manifest.name,
      host: 'here',
      createdAt,
      outcome,
      consistency,
      compression: 'gzip',
      encrypted: false,
      entries: totals.entries,
      bytes: totals.bytes,
      treeDigest: manifest.treeDigest,
      verified: null,
      ...change,
    },
    remove() {
      entries.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeTree(root: string, second: number): void {
  mkdirSync(join(root, 'empty folder'), { recursive: true });
  writeFileSync(join(root, 'empty'), '');
  writeFileSync(join(root, 'quote \' and " and \\ and \n'), `content of ${second}\n`, { mode: 0o640 });
  writeFileSync(join(root, 'large'), randomBytes(300_000));
  linkSync(join(root, 'large'), join(root, 'the same'));
  symlinkSync('large', join(root, 'link'));
  utimesSync(join(root, 'empty'), -1000, -1000);
}
