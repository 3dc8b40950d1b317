/** Set for a runner whose input stays open until it is to stop. */
export const stopVariable = 'ROTA_STOP_INPUT';

/** Calls `stop` when the input ends, for a runner that was started so; of no effect for any other. It keeps nothing running, and the job sees nothing of it. */
export function onStopInput(stop: () => void): void {
  if (process.env[stopVariable] === undefined) return;
  delete process.env[stopVariable];
  const input = process.stdin;
  input.on('end', stop).on('error', stop).resume();
  if ('unref' in input && typeof input.unref === 'function') input.unref();
}
