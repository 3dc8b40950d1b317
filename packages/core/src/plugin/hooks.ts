import type { ApplyResult } from '../apply/apply-plan.ts';
import type { Host } from '../host/host.ts';
import type { Plan } from '../plan/plan.ts';

/** How an operation that a hook follows has ended; `error` is what it threw, and its code says whether anything stays changed. */
export type HookOutcome = { readonly ok: true; readonly result: ApplyResult } | { readonly ok: false; readonly error: unknown };

/**
 * The hooks, by name, each with what it is told. One that runs before an operation may refuse it: it throws, and nothing was changed. One that runs
 * after it, in whatever way the operation ended, changes nothing any more: what it throws becomes an `error` event. An apply without changes has
 * no hooks.
 */
export interface RotaHookMap {
  'before:apply': { readonly plan: Plan };
  'after:apply': { readonly plan: Plan; readonly outcome: HookOutcome };
  /** `generation` is `null` where none was named: the one before the current. */
  'before:rollback': { readonly generation: number | null };
  'after:rollback': { readonly generation: number | null; readonly outcome: HookOutcome };
  'before:destroy': object;
  'after:destroy': { readonly outcome: HookOutcome };
}

/** The name of a hook. */
export type RotaHook = keyof RotaHookMap;

/** What every hook is told besides. */
export interface HookPlace {
  readonly host: Host;
  readonly namespace: string;
  /** Aborted after five minutes, or when the person interrupts. */
  readonly signal: AbortSignal;
}

/** What a plugin does there. Hooks run one after the other, in the order of the config, outside the lock. */
export type HookListener<H extends RotaHook> = (payload: RotaHookMap[H] & HookPlace) => void | Promise<void>;

/** The listeners of one plugin. */
export type HookListeners = { readonly [H in RotaHook]: readonly HookListener<H>[] };
