import { deepEqual, rejects } from 'node:assert/strict';
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import type { BundleContent } from '../bundle/store/bundle-store.ts';
import { comesBack, type InPlace } from './store-workplace.ts';

/** A put that does not come to its end. */
export function storeCutTests(inPlace: InPlace): void {
  for (const [how, share] of [
    ['before its first byte', 0],
    ['half-way', 0.5],
  ] as const)
    inPlace(`keeps nothing of a bundle that breaks off ${how}, and all of it when it is put again`, async (place, work) => {
      const { content, sidecar } = await work.sample();
      const store = await place.open();
      await rejects(async () => await store.put(brokenOff(content, share), sidecar), 'a bundle that broke off was kept');
      deepEqual(await store.list(), [], 'a bundle that broke off is listed');
      deepEqual(await (await place.open()).list(), [], 'a bundle that broke off is listed when the store is opened again');
      const kept = await store.put(content, sidecar);
      deepEqual(await store.list(), [kept]);
      await comesBack(store, kept, work);
    });
}

/** As when the disk that it comes from fails: the file ends early, and so does the archive, with an error. */
function brokenOff({ file, manifest, archive }: BundleContent, share: number): BundleContent {
  const cut = `${file}.cut`;
  copyFileSync(file, cut);
  truncateSync(cut, Math.floor(statSync(file).size * share));
  return {
    file: cut,
    manifest,
    async *archive() {
      const pieces: Uint8Array[] = [];
      for await (const piece of archive()) pieces.push(Buffer.from(piece));
      const bytes = Buffer.concat(pieces);
      yield bytes.subarray(0, Math.floor(bytes.length * share));
      throw new Error('EIO: i/o error, read');
    },
  };
}
