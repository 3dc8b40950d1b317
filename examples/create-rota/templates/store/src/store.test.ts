import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeConformance } from '@rota/core/testing';
import { afterAll, describe, it } from 'vitest';
import { openStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), '__name__-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let places = 0;

storeConformance(
  { describe, it },
  {
    name: '__name__',
    makePlace() {
      const place = join(folder, String(places++));
      return {
        open: () => openStore(place),
        // Somebody's files in the same folder, one of them called as a bundle is.
        foreign() {
          mkdirSync(place);
          const files = ['notes.txt', 'foreign.__name__', '0123456789abcdef.__name__'].map((name) => join(place, name));
          for (const file of files) writeFileSync(file, 'mine');
          return async () => files.map((file) => readFileSync(file, 'utf8')).join();
        },
      };
    },
    unreachable() {
      const file = join(folder, 'file');
      writeFileSync(file, '');
      return openStore(file);
    },
  },
);
