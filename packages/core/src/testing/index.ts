/**
 * Tests that every backend passes, ours and other people's: `import { backendConformance } from '@rota/core/testing'`.
 * No test runner comes with it; its functions are arguments.
 */
export { backendConformance } from './backend-conformance.ts';
export { compileSample, type SampleContext, sampleHorizon, sampleInput } from './compile-sample.ts';
export type { BackendConformanceOptions } from './conformance-options.ts';
export { sampleJob } from './sample-job.ts';
export type { TestFunctions } from './test-functions.ts';
