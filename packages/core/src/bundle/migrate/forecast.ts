/** One part of a downtime, and where its length is known from. */
export interface ForecastStep {
  readonly step: 'stop' | 'scan' | 'send' | 'dump' | 'verify' | 'reissue' | 'swap' | 'start' | 'restore' | 'health';
  readonly ms: number;
  /**
   * `measured`: in this migration; `estimated`: nothing was sent, and it follows from the pace of the line; `earlier`: the 95th percentile of
   * earlier ones here; `assumed`: nothing is known.
   */
  readonly from: 'measured' | 'estimated' | 'earlier' | 'assumed';
}

/** How long a service would stand still, part by part. */
export interface Forecast {
  readonly steps: readonly ForecastStep[];
  readonly totalMs: number;
  readonly budgetMs: number;
  readonly fits: boolean;
}

/** What a forecast is made from; milliseconds. */
export interface ForecastInput {
  readonly budgetMs: number;
  /** What the last live round took: looking at everything, and sending what had changed. */
  readonly scanMs: number;
  readonly sendMs: number;
  /** @default 'measured' */
  readonly sendFrom?: 'measured' | 'estimated';
  /** Content that changed in that round and is read again on both sides, and the pace of reading, bytes a second. */
  readonly changedBytes: number;
  readonly hashBytesPerSecond: number;
  readonly reissues: number;
  /** What it took to dump the databases of commands while the service ran, how large that is, and whether a command reads it there. @default none */
  readonly dumps?: { readonly ms: number; readonly bytes: number; readonly restored: boolean } | undefined;
  /** The pace of the line. @default not known, so that sending dumps counts as nothing */
  readonly sendBytesPerSecond?: number;
  /** What stops, starts and checks of health took earlier; empty where none is known. */
  readonly earlier: Readonly<Record<'stop' | 'start' | 'health' | 'reissue', readonly number[]>>;
}

/** Without any experience: what a service takes that is neither small nor slow. */
const assumed = { stop: 2_000, start: 2_000, health: 3_000, reissue: 1_000 } as const;

/** Foretells the downtime of a migration from what its live rounds have measured. Pure. */
export function forecastDowntime(input: ForecastInput): Forecast {
  const known = (step: 'stop' | 'start' | 'health' | 'reissue'): ForecastStep => {
    const past = input.earlier[step];
    return past.length === 0 ? { step, ms: assumed[step], from: 'assumed' } : { step, ms: percentile95(past), from: 'earlier' };
  };
  const measured = (step: ForecastStep['step'], ms: number): ForecastStep => ({ step, ms: Math.ceil(ms), from: 'measured' });
  // Read twice, here and there, one after the other.
  const verifyMs = input.hashBytesPerSecond > 0 ? (2 * input.changedBytes * 1000) / input.hashBytesPerSecond : 0;
  const { dumps, sendBytesPerSecond: pace = 0 } = input;
  const sendDumpsMs = dumps !== undefined && pace > 0 ? (dumps.bytes * 1000) / pace : 0;
  const steps: readonly ForecastStep[] = [
    known('stop'),
    measured('scan', input.scanMs),
    { ...measured('send', input.sendMs), from: input.sendFrom ?? 'measured' },
    ...(dumps === undefined ? [] : [measured('dump', dumps.ms + sendDumpsMs)]),
    // Each side also looks at everything once.
    measured('verify', verifyMs + 2 * input.scanMs),
    { step: 'swap', ms: 100, from: 'assumed' },
    ...(input.reissues > 0 ? [known('reissue')] : []),
    known('start'),
    // What reads a dump takes about as long as what writes it; earlier starts have it in them.
    ...(dumps?.restored === true && input.earlier.start.length === 0
      ? [{ step: 'restore', ms: dumps.ms, from: 'assumed' } as const]
      : []),
    known('health'),
  ];
  const totalMs = steps.reduce((sum, { ms }) => sum + ms, 0);
  return { steps, totalMs, budgetMs: input.budgetMs, fits: totalMs <= input.budgetMs };
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
}

/** `31.5 s of 40.2 s is send (measured)`: the largest part first. */
export function explainForecast({ steps, totalMs }: Forecast): readonly string[] {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return [...steps]
    .sort((a, b) => b.ms - a.ms)
    .map(({ step, ms, from }) => `${seconds(ms)} of ${seconds(totalMs)} is ${step} (${from})`);
}
