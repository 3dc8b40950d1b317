import fc from 'fast-check';
import { afterAll } from 'vitest';
import { cleanUpFile } from './after-file.ts';
import { testSeed } from './seed.ts';

fc.configureGlobal({ seed: testSeed });
afterAll(cleanUpFile);
