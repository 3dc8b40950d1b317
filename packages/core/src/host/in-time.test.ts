import { expect, it } from 'vitest';
import { inTime } from './in-time.ts';

it('gives what the work gives, and throws what it throws', async () => {
  expect(await inTime(60_000, () => 'done')).toBe('done');
  await expect(
    inTime(60_000, () => {
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');
});

it('waits no longer, and tells the work to end', async () => {
  let told: AbortSignal | undefined;
  const work = (signal: AbortSignal): Promise<never> => {
    told = signal;
    return new Promise(() => {});
  };
  await expect(inTime(20, work)).rejects.toThrow('it took longer than 0.02 s');
  expect(told?.aborted).toBe(true);
});
