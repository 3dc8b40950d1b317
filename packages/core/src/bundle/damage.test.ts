import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testSeed as seed } from '@rota/test-support';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBundle } from './format/read-bundle.ts';
import { bestCompression, type Compression } from './format/stream-parts.ts';
import { pack } from './packed-tree.test-support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
// Where nothing here writes zstd, `rota bundle capture` does not either.
const compressions: readonly Compression[] = ['none', 'gzip', ...(bestCompression() === 'zstd' ? (['zstd'] as const) : [])];
const long = process.env.ROTA_LONG === '1';
if (long) console.log(`ROTA_SEED=${seed}`);

describe('damage is noticed', () => {
  test('at every 512 bytes of a cut, and of any bit: what is read is what was written, or refused', {
    timeout: long ? 1_800_000 : 300_000,
  }, async () => {
    mkdirSync(join(folder, 'tree', 'sub'), { recursive: true });
    for (let at = 0; at < 5; at++) writeFileSync(join(folder, 'tree', 'sub', `f${at}`), `${at}`.repeat(at * 300));
    for (const compression of compressions) {
      const manifest = await pack(join(folder, 'tree'), join(folder, compression), compression);
      const whole = readFileSync(join(folder, compression));
      const broken = join(folder, 'broken');
      const readsWrong = async (bytes: Buffer): Promise<boolean> => {
        writeFileSync(broken, bytes);
        const read = await readBundle(broken).catch(() => undefined);
        return read !== undefined && read.treeDigest !== manifest.treeDigest;
      };
      const accepted = async (bytes: Buffer): Promise<boolean> => {
        writeFileSync(broken, bytes);
        return await readBundle(broken).then(
          () => true,
          () => false,
        );
      };
      for (let size = 0; size < whole.length; size += 512)
        expect(await accepted(whole.subarray(0, size)), `${compression} ${size}`).toBe(false);
      for (let at = 0; at < whole.length; at += 512) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ 0xff;
        expect(await readsWrong(bytes), `${compression} byte ${at}`).toBe(false);
      }
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length * 8 - 1), async (bit) => {
          const bytes = Buffer.from(whole);
          bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(await readsWrong(bytes)).toBe(false);
        }),
        { numRuns: long ? 5000 : 100, seed },
      );
    }
  });
});
