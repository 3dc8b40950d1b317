import { join } from 'node:path';
import type { Files } from '../host/files.ts';
import type { NamespaceLayout } from '../state/layout.ts';
import { checkinRequest } from './checkin-message.ts';
import { tryHold } from './exclusive.ts';
import { httpPost, type PostResult } from './http-post.ts';
import { type Capture, createResolver } from './resolve-references.ts';
import { type SpooledCheckin, waitingCheckins } from './spool.ts';

export interface DeliveryContext {
  readonly files: Pick<Files, 'readText' | 'facts' | 'list' | 'write' | 'remove' | 'makeFolder' | 'removeFolder'>;
  readonly layout: NamespaceLayout;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly capture: Capture;
}

/** Bounds of one try and of a whole flush. */
const tryMs = 5_000;
const flushMs = 10_000;

/** Resolves the references of a message and sends it: once, in bounded time. */
export function sendCheckin(
  context: DeliveryContext,
  entry: Pick<SpooledCheckin, 'checkin' | 'resolve' | 'message'>,
): Promise<PostResult> {
  const { files, env, capture } = context;
  const resolver = createResolver({ launch: entry.resolve, files, env, capture });
  const url = resolver.resolve(entry.checkin.url ?? '', 'checkin.url');
  const secret = entry.checkin.secret === undefined ? undefined : resolver.resolve(entry.checkin.secret, 'checkin.secret');
  const [problem] = resolver.problems;
  if (problem !== undefined) return Promise.resolve({ ok: false, reason: problem });
  return httpPost({ ...checkinRequest(entry.checkin.format, entry.message, url, secret), timeoutMs: tryMs });
}

/** Delivers a spooled message of our own; what fails stays in the spool. */
export async function deliver(
  context: DeliveryContext,
  path: string,
  entry: Pick<SpooledCheckin, 'checkin' | 'resolve' | 'message'>,
): Promise<PostResult> {
  const result = await sendCheckin(context, entry);
  if (result.ok) context.files.remove(path);
  return result;
}

/**
 * Delivers what waits in the namespace's spool, the oldest first, until all is sent, one fails or the time is up. One process at a time does it.
 * @param away endpoints that have just failed and are not asked again
 * @returns how many were sent and how many are left
 */
export async function flushSpool(
  context: DeliveryContext,
  away: readonly SpooledCheckin['checkin'][] = [],
): Promise<{ readonly sent: number; readonly left: number }> {
  const { files, layout } = context;
  // A look without the lock, for nearly always nothing waits.
  if (files.list(layout.spool).length === 0) return { sent: 0, left: 0 };
  const attempt = tryHold(files, join(layout.runLocks, 'spool'));
  if (!attempt.held) return { sent: 0, left: files.list(layout.spool).length };
  try {
    const deadline = Date.now() + flushMs;
    const unreachable = new Set(away.map(endpointOf));
    let sent = 0;
    const waiting = waitingCheckins(files, layout, Date.now());
    for (const { path, entry } of waiting) {
      // One endpoint that is away must not keep the others waiting, nor be asked once for each message.
      const endpoint = endpointOf(entry.checkin);
      if (Date.now() > deadline || unreachable.has(endpoint)) continue;
      if ((await deliver(context, path, entry)).ok) sent += 1;
      else unreachable.add(endpoint);
    }
    return { sent, left: waiting.length - sent };
  } finally {
    attempt.release();
  }
}

function endpointOf({ url, secret }: SpooledCheckin['checkin']): string {
  return `${url} ${secret}`;
}
