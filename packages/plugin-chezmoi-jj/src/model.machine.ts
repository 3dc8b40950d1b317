import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { historyOf } from './testing/history.ts';
import { modelWorlds } from './testing/model-world.ts';
import { playModel } from './testing/play-model.ts';
import { playNaive } from './testing/play-naive.ts';

/** `ROTA_HISTORIES=COUNT`, `ROTA_SEED=FIRST`. */
const count = Number(process.env.ROTA_HISTORIES ?? (process.env.ROTA_LONG ? 1000 : 6));
const first = Number(process.env.ROTA_SEED ?? 1);
const seeds = Array.from({ length: count }, (_, index) => first + index);

const freshFolder = (): string => {
  const folder = mkdtempSync('/dev/shm/rota-chezmoi-');
  afterFile(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

describe('random histories of three hosts', () => {
  test(
    `${count} histories lose no edit, put no marker into a home, move the remote only forward, and end in step`,
    async () => {
      const renew = await modelWorlds(join(freshFolder(), 'world'));
      let edits = 0;
      const failures: unknown[] = [];
      for (const seed of seeds) {
        const report = await playModel(renew, seed).catch((error: unknown) => ({
          edits: 0,
          problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
        }));
        edits += report.edits;
        if (report.problems.length > 0) failures.push({ seed, problems: report.problems });
        if (report.problems.length > 0)
          console.log(JSON.stringify({ seed, problems: report.problems, actions: historyOf(seed).actions }));
      }
      console.log(`${count} histories from seed ${first}: ${edits} edits, ${failures.length} histories with a problem`);
      expect(failures).toEqual([]);
    },
    4 * 3_600_000,
  );

  test(
    'the naive order loses edits in the same histories',
    async () => {
      const renew = await modelWorlds(join(freshFolder(), 'world'));
      let [edits, lost, markers] = [0, 0, 0];
      for (const seed of seeds.slice(0, 100)) {
        const report = await playNaive(renew, seed);
        edits += report.edits;
        lost += report.lost;
        markers += report.markers;
      }
      console.log(
        `the naive order in ${Math.min(count, 100)} of them: ${lost} of ${edits} edits lost, markers in ${markers} homes`,
      );
      expect(lost).toBeGreaterThan(0);
    },
    4 * 3_600_000,
  );
});
