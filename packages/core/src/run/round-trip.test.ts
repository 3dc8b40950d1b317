import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleSize, testSeed } from '@rota/test-support';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escapeReferences } from '../job/normalise/references.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

/** What a job writes that says what it was given. */
const show = `const fs=require('fs');fs.writeFileSync('seen.json',JSON.stringify([process.argv.slice(1),Object.fromEntries(Object.entries(process.env).filter(([k])=>k.startsWith('V_')))]))`;

/** Runs a job with these arguments, and as variables with those; fails the test unless it gets each as it is. */
async function roundTrip(rota: Awaited<ReturnType<typeof runnerUnderTest>>, args: readonly string[], values: readonly string[]) {
  const env = Object.fromEntries(values.map((value, index) => [`V_${index}`, value]));
  const declared = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, escapeReferences(value)]));
  const path = rota.launchFile({
    command: [process.execPath, '-e', show, '--', ...args],
    env: { PATH: '/usr/bin:/bin', ...declared },
  });
  expect((await rota.run(path)).code).toBe(0);
  const [seenArgs, seenEnv] = JSON.parse(readFileSync(join(rota.scratch, 'seen.json'), 'utf8'));
  const differs = (seen: readonly string[], given: readonly string[]): number => given.findIndex((text, at) => seen[at] !== text);
  // Named by their place: what differs may be a hundred kilobytes long.
  expect([seenArgs.length, differs(seenArgs, args)]).toEqual([args.length, -1]);
  expect([
    Object.keys(seenEnv).length,
    differs(
      Object.keys(env).map((name) => seenEnv[name]),
      values,
    ),
  ]).toEqual([values.length, -1]);
}

const count = sampleSize({ here: 500, inCi: 500, long: 10_000 });

it(`the runner passes on ${count} random arguments and ${count} variables as they are`, async () => {
  const rota = await runnerUnderTest();
  const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll('\0', ''));
  const values = fc.sample(text, { numRuns: count * 2, seed: 4 });
  for (let at = 0; at < count; at += 500)
    await roundTrip(rota, values.slice(at, at + 500), values.slice(count + at, count + at + 500));
});

it('the runner passes on each Unicode scalar value but NUL, as an argument and as a variable', async () => {
  const rota = await runnerUnderTest();
  // Of at most 128 KiB in UTF-8 each, which is what one argument may have (execve(2), MAX_ARG_STRLEN).
  const texts: string[] = [];
  for (let from = 1; from < 0x110000; from += 30_000) {
    const points = Array.from({ length: Math.min(30_000, 0x110000 - from) }, (_, at) => from + at);
    texts.push(String.fromCodePoint(...points.filter((point) => point < 0xd800 || point > 0xdfff)));
  }
  expect(new Set(texts.join('')).size).toBe(0x110000 - 0x800 - 1);
  // Both together stay below a quarter of the stack. Where a person waits, a seventh of them, another one at each run.
  const parts = Array.from({ length: Math.ceil(texts.length / 6) }, (_, part) => texts.slice(part * 6, part * 6 + 6));
  const from = testSeed % parts.length;
  const some = [...parts.slice(from), ...parts.slice(0, from)].slice(0, sampleSize({ here: 1, inCi: parts.length }));
  for (const part of some) await roundTrip(rota, part, part);
});
