import { RotaError } from '@rota/core';
import type { CommandContext } from './command.ts';

/** Asks before a change, on a terminal only. @throws ROTA_NOT_CONFIRMED when the answer is not yes */
export async function confirm({ io, json, options }: CommandContext, question: string): Promise<void> {
  if (options.yes || json || !io.inIsTerminal || !io.errIsTerminal) return;
  const answer = await io.ask(`${question} [y/N] `);
  if (/^\s*y(es)?\s*$/i.test(answer)) return;
  throw new RotaError('ROTA_NOT_CONFIRMED', 'Nothing was changed.', { suggestions: ['Answer y, or give --yes.'] });
}
