// Loaded into the runner with `--require`: what would be waited for longer than ten seconds, as no endpoint is, comes at once, and how long it would have been, in milliseconds, is
// appended to the file that TIMERS_LOG names. So a test sees the delays that were asked for without waiting for them.
const { appendFileSync } = require('node:fs');

const real = globalThis.setTimeout;
globalThis.setTimeout = (callback, ms, ...args) => {
  if (!(ms > 10_000)) return real(callback, ms, ...args);
  appendFileSync(process.env.TIMERS_LOG, `${ms}\n`);
  return real(callback, 50, ...args);
};
