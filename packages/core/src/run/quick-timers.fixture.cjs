// Loaded into the runner with `--require`: what would be waited for longer than ten seconds, as no endpoint is, comes at once, and how long it would have been, in milliseconds, is
// appended to the file that TIMERS_LOG names. So a test sees the delays that were asked for without waiting for them. TIMERS_ONLY is of which length they are to be, and how many,
// and whether the time of day goes on by what was not waited for.
const { appendFileSync } = require('node:fs');

const { ms: only, count = Number.POSITIVE_INFINITY, movesClock = false } = JSON.parse(process.env.TIMERS_ONLY ?? '{}');
let shortened = 0;
let ahead = 0;
const now = Date.now;
Date.now = () => now() + ahead;
const real = globalThis.setTimeout;
globalThis.setTimeout = (callback, ms, ...args) => {
  if (!(ms > 10_000)) return real(callback, ms, ...args);
  appendFileSync(process.env.TIMERS_LOG, `${ms}\n`);
  if ((only ?? ms) !== ms || shortened >= count) return real(callback, ms, ...args);
  shortened += 1;
  const come = (...given) => {
    if (movesClock) ahead += ms;
    callback(...given);
  };
  return real(come, 50, ...args);
};
