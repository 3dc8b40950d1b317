import type { ApplyResult } from '../apply/apply-plan.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { RotaEvents } from '../state/events.ts';
import type { HookOutcome, HookPlace, RotaHook, RotaHookMap } from './hooks.ts';
import type { LoadedPlugin } from './plugin.ts';

/** A hook that hangs must not keep a night's apply waiting for ever. */
const limitMs = 5 * 60_000;

/** Whom to call, and what every hook is told. */
export interface HookCallers extends Omit<HookPlace, 'signal'> {
  readonly plugins: readonly Pick<LoadedPlugin, 'name' | 'hooks'>[];
  readonly events: RotaEvents;
  readonly signal?: AbortSignal | undefined;
}

/** Asks the hooks before an operation. @throws ROTA_HOOK_REFUSED with what the first one that refuses has thrown */
export async function askHooks<H extends RotaHook>(callers: HookCallers, hook: H, payload: RotaHookMap[H]): Promise<void> {
  for (const plugin of callers.plugins) {
    try {
      await call(plugin, callers, hook, payload);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RotaError('ROTA_HOOK_REFUSED', `The plugin "${plugin.name}" refuses (${hook}): ${reason} Nothing was changed.`, {
        cause,
      });
    }
  }
}

/** Tells the hooks after an operation. Never throws. */
export async function tellHooks<H extends RotaHook>(callers: HookCallers, hook: H, payload: RotaHookMap[H]): Promise<void> {
  for (const plugin of callers.plugins) {
    try {
      await call(plugin, { ...callers, signal: undefined }, hook, payload);
    } catch (cause) {
      callers.events.emit('error', { event: `${hook} of the plugin "${plugin.name}"`, cause });
    }
  }
}

/** Does an operation between what is asked before it and what is told after it, in whatever way it ends. */
export async function between<R extends ApplyResult>(
  ask: () => Promise<void>,
  operate: () => Promise<R>,
  tell: (outcome: HookOutcome) => Promise<void>,
): Promise<R> {
  await ask();
  let result: R;
  try {
    result = await operate();
  } catch (error) {
    await tell({ ok: false, error });
    throw error;
  }
  await tell({ ok: true, result });
  return result;
}

async function call<H extends RotaHook>(
  { hooks }: Pick<LoadedPlugin, 'hooks'>,
  { host, namespace, signal }: HookCallers,
  hook: H,
  payload: RotaHookMap[H],
): Promise<void> {
  for (const listener of hooks[hook]) {
    await within(signal, (ending) => listener({ ...payload, host, namespace, signal: ending }));
  }
}

/** Waits for a hook as long as it may take, and no longer than its caller waits. Nothing of the wait is left when it has ended. */
async function within(signal: AbortSignal | undefined, listen: (ending: AbortSignal) => void | Promise<void>): Promise<void> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const ending = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]);
  const over = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => reject(new Error(limit.signal.aborted ? 'it took longer than 5 minutes.' : 'interrupted.'));
    if (ending.aborted) end();
    else ending.addEventListener('abort', end, { signal: over.signal });
  });
  try {
    await Promise.race([(async () => await listen(ending))(), ended]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
