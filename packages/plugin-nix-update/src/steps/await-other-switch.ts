import { type OtherSwitch, otherSwitch } from '../machine/other-switch.ts';
import type { UpdateContext } from '../update-context.ts';

const pollMs = 1000;

/** Waits until no switch of this machine goes on. @returns the one that has not ended in time; `null`: none goes on, or a home is updated */
export async function awaitOtherSwitch(
  { host, system, elapsedMs }: Pick<UpdateContext, 'host' | 'system' | 'elapsedMs'>,
  patienceMs: number,
): Promise<OtherSwitch | null> {
  if (system.kind !== 'nixos') return null;
  const deadline = elapsedMs() + patienceMs;
  for (;;) {
    const other = otherSwitch(host.files);
    if (other === null || elapsedMs() >= deadline) return other;
    await host.sleep(pollMs);
  }
}
