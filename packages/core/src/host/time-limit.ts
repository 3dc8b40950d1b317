import type { Host } from './host.ts';

/**
 * Tells whether `ms` milliseconds have passed since the call. A clock that is set back meanwhile makes nobody wait longer than that: what it went back
 * counts as nothing. Whoever asks does so often, so that little is lost at such a moment.
 */
export function timeLimit({ now }: Pick<Host, 'now'>, ms: number): () => boolean {
  let last = now();
  let passed = 0;
  return () => {
    const present = now();
    passed += Math.max(0, present - last);
    last = present;
    return passed >= ms;
  };
}
