/** Ctrl-C and SIGTERM abort the tour, which then cleans up. Repeating them changes nothing: cleaning up takes seconds and is not to be cut off. */
export function onInterrupt() {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => controller.abort());
  return controller.signal;
}
