/**
 * Tests that every backend and every store of bundles passes, ours and other people's:
 * `import { backendConformance, storeConformance } from '@rota/core/testing'`.
 * No test runner comes with it; its functions are arguments.
 */
export { backendConformance } from './backend-conformance.ts';
export { compileSample, type SampleContext, sampleHorizon, sampleInput } from './compile-sample.ts';
export type { BackendConformanceOptions } from './conformance-options.ts';
export { type SampleBundle, sampleBundle } from './sample-bundle.ts';
export { sampleJob } from './sample-job.ts';
export { type StoreConformanceOptions, storeConformance } from './store-conformance.ts';
export type { StorePlace } from './store-workplace.ts';
export type { TestFunctions } from './test-functions.ts';
