import assert from 'node:assert/strict';
import { isRotaError } from '../errors/rota-error.ts';
import type { Job } from '../job/job.ts';
import { instantText } from '../run/record/instant-text.ts';
import type { NativeSchedule } from '../schedule/proof/native-schedule.ts';
import { type Proof, proveSchedule } from '../schedule/proof/prove-schedule.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { compileSample, type SampleContext, sampleHorizon } from './compile-sample.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import { sampleJob } from './sample-job.ts';
import type { TestFunctions } from './test-functions.ts';

const expressions = [
  '30 2 * * *',
  '0 * * * *',
  '*/15 * * * *',
  '*/7 * * * *',
  '0 0 1 * 1',
  '0 0 */2 * 1',
  '15 1-3 * * *',
  '0 12 29 2 *',
  '5 4 * * 7',
  '0 9-17 * * mon-fri',
];
/** Declared zone, zone of the machine. */
const zones = [
  ['UTC', 'UTC'],
  ['America/New_York', 'America/New_York'],
  ['Europe/London', 'UTC'],
  ['UTC', 'America/Santiago'],
  ['Asia/Kolkata', 'Europe/Paris'],
] as const;

/** The native schedule, read by the scheduler's rules as the backend knows them, against the declared one. */
export function scheduleTests({ describe, it }: TestFunctions, context: BackendConformanceOptions): void {
  const { native: claimed, neverRunner } = context.backend.capabilities(context.dialect);
  if (!claimed.includes('schedule')) return;
  describe('its native schedule', () => {
    for (const [timezone, systemTimezone] of zones) {
      it(`starts at every declared fire time: ${timezone} on a machine in ${systemTimezone}`, () => {
        for (const expression of expressions) {
          const job = sampleJob('a', { trigger: { kind: 'schedule', expression, timezone } });
          const native = nativeOf({ ...context, systemTimezone }, job);
          // What cannot be had and cannot be filtered may be refused, in words; what is claimed is held.
          if (neverRunner && typeof native === 'string') {
            assert.ok(native.length > 20, `${expression}: no reason`);
            continue;
          }
          assert.ok(native !== undefined && typeof native !== 'string', `${expression} has no native schedule: ${native}`);
          const proof = proveSchedule(defineSchedule(expression, timezone), native, sampleHorizon);
          if (neverRunner && proof.fidelity !== 'exact') continue;
          assert.notEqual(
            proof.fidelity,
            'refused',
            `${expression} in ${timezone} misses ${someInstants(proof.missing)}: ${said(native)}`,
          );
        }
      });
    }

    if (neverRunner) {
      it('is exact in UTC wherever no clock changes, since nothing could filter it', () => {
        const daily = ['30 2 * * *', '0 * * * *', '*/15 * * * *', '15 1-3 * * *', '5 4 * * 7', '0 9-17 * * mon-fri'];
        for (const expression of daily) {
          const native = nativeOf(context, sampleJob('a', { trigger: { kind: 'schedule', expression, timezone: 'UTC' } }));
          assert.ok(native !== undefined && typeof native !== 'string', `${expression} is refused: ${native}`);
          const proof = proveSchedule(defineSchedule(expression, 'UTC'), native, sampleHorizon);
          assertExact(proof, expression, native);
        }
      });
    }

    it('is exact for a daily job in UTC on a machine in UTC', () => {
      const { native } = compileSample(context, sampleJob('a'));
      assert.ok(native !== undefined);
      assertExact(proveSchedule(defineSchedule('30 2 * * *', 'UTC'), native, sampleHorizon), '30 2 * * *', native);
    });

    it('answers sorted, distinct instants in a half-open interval, and the same twice', () => {
      const { native } = compileSample(context, sampleJob('a'));
      const from = Date.UTC(2026, 0, 1, 2, 30) / 1000;
      const fires = native?.firesBetween(from, from + 10 * 86_400) ?? [];
      assert.deepEqual(
        fires,
        [...new Set(fires)].sort((a, b) => a - b),
      );
      assert.equal(fires[0], from);
      assert.ok(!fires.includes(from + 10 * 86_400));
      assert.deepEqual(native?.firesBetween(from, from + 10 * 86_400), fires);
    });
  });
}

function assertExact({ fidelity, missing, extra }: Proof, expression: string, native: NativeSchedule): void {
  const differences = [
    ...(missing.length === 0 ? [] : [`misses ${someInstants(missing)}`]),
    ...(extra.length === 0 ? [] : [`also starts at ${someInstants(extra)}`]),
  ];
  assert.equal(fidelity, 'exact', `${expression} in UTC has to be exact, and ${differences.join(' and ')}: ${said(native)}`);
}

function someInstants(seconds: readonly number[]): string {
  return seconds.slice(0, 3).map(instantText).join(', ');
}

function said({ entries }: NativeSchedule): string {
  return `the native schedule is ${entries.join('; ')}`;
}

/** The native schedule of a job; the reason where the backend refuses it. */
function nativeOf(context: SampleContext, job: Job): NativeSchedule | string | undefined {
  try {
    return compileSample(context, job).native;
  } catch (error) {
    if (isRotaError(error)) return error.message;
    throw error;
  }
}
