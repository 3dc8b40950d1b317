import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { cleanUpFile } from './after-file.ts';
import { testSeed } from './seed.ts';
import { changedSince, sharedProcess } from './shared-process.ts';

fc.configureGlobal({ seed: testSeed });
const before = sharedProcess();
// Hooks run in reverse: this one comes last.
afterAll(() => expect(changedSince(before), 'what this file of tests changed of its process and did not put back').toEqual([]));
afterAll(cleanUpFile);
