import { pathToFileURL } from 'node:url';
import { inTime } from '../../host/in-time.ts';
import type { AlertChannel } from '../../job/job.ts';
import { maskText } from '../attempt/mask-secrets.ts';
import type { Resolver } from '../attempt/resolve-references.ts';
import type { AlertMessage } from './alert-message.ts';

/** What the module of an alert channel exports as `send`. What it throws is told with the run and changes no outcome. */
export type SendAlert = (message: AlertMessage, context: SendAlertContext) => void | Promise<void>;

/** What a channel gets besides the message. */
export interface SendAlertContext {
  /** The channel's own and the job's, references resolved. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
}

/** Sends through the channel of a plugin, in bounded time. Answers what went wrong. */
export async function sendByPlugin(
  { name, module, options }: Extract<AlertChannel, { readonly kind: 'plugin' }>,
  resolver: Resolver,
  message: AlertMessage,
  limitMs: number,
): Promise<string | null> {
  const before = resolver.problems.length;
  const resolved = Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      typeof value === 'string' ? resolver.resolve(value, `alerts.channels ${name}.${key}`) : value,
    ]),
  );
  const problem = resolver.problems[before];
  if (problem !== undefined) return problem;
  try {
    await inTime(limitMs, async (signal) => {
      const loaded: unknown = await import(pathToFileURL(module).href);
      await sendOf(loaded, module)(message, { options: resolved, signal });
    });
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `The alert channel ${name} failed: ${maskText(reason, resolver.secrets)}`;
  }
}

function sendOf(loaded: unknown, module: string): (...input: Parameters<SendAlert>) => unknown {
  const send = typeof loaded === 'object' && loaded !== null && 'send' in loaded ? loaded.send : undefined;
  if (typeof send !== 'function') throw new Error(`${module} exports no function \`send\``);
  return (message, context) => send(message, context);
}
