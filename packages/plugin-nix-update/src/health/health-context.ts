import type { UpdateContext } from '../update-context.ts';

/** What a look at the health of a system needs. */
export type HealthContext = Pick<UpdateContext, 'host' | 'settings' | 'system' | 'call' | 'elapsedMs'>;
