export interface SampleSizes {
  /** Where a person waits. */
  readonly here: number;
  /** What was promised of CI. */
  readonly inCi: number;
  /** `npm run test:long`. @default as in CI */
  readonly long?: number;
}

/** How many cases a test plays, of more than it has time for. Where a person waits each run has another seed, so that a few a day become many. */
export function sampleSize({ here, inCi, long = inCi }: SampleSizes, env: NodeJS.ProcessEnv = process.env): number {
  if (env.ROTA_LONG === '1') return long;
  return env.CI === undefined ? here : inCi;
}
