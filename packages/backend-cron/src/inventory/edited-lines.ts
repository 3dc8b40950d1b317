import type { AdoptedOriginal, ForeignSwitch } from '@rota/core';
import type { ForeignLine } from './foreign-lines.ts';

/** What stands there of lines that are to be switched on and were edited while they were off. */
export interface EditedLines {
  readonly back: readonly ForeignLine[];
  /** Which line they are now is not certain: they stay off. */
  readonly unsure: readonly AdoptedOriginal[];
}

/**
 * Of a line that stands there as a comment, a setting above it or the line itself may have been edited since: it is still the one of its command where no
 * other can be meant. `held` are those that other jobs keep off; `undefined`: not known, so that every line may be one. Pure.
 */
export function editedLines(
  all: readonly ForeignLine[],
  switches: readonly ForeignSwitch[],
  held: readonly AdoptedOriginal[] | undefined,
): EditedLines {
  const digests = new Set(all.map(({ digest }) => digest));
  const lost = switches
    .filter(({ original, to }) => to === 'on' && !digests.has(original.digest))
    .map(({ original }) => original);
  const others = [...switches.map(({ original }) => original).filter((one) => !lost.includes(one)), ...(held ?? [])];
  const taken = new Set(others.map(({ digest }) => digest));
  const back: ForeignLine[] = [];
  const unsure: AdoptedOriginal[] = [];
  for (const command of new Set(lost.map(({ key }) => key))) {
    const wanted = lost.filter(({ key }) => key === command);
    const found = all.filter(({ on, key, digest }) => !on && key === command && !taken.has(digest));
    const mayBeOfOthers = held === undefined || others.some(({ key, digest }) => key === command && !digests.has(digest));
    if (found.length <= wanted.length && !mayBeOfOthers) back.push(...found);
    else if (found.length > 0) unsure.push(...wanted);
  }
  return { back, unsure };
}
