import { createResolver, type ResolverInput } from '../attempt/resolve-references.ts';
import { checkinRequest } from './checkin-message.ts';
import { httpPost, type PostResult } from './http-post.ts';
import type { CheckinReport } from './spool.ts';

/** Bound of one try. */
const tryMs = 5_000;

/** Resolves the references of a check-in and sends it: once, in bounded time. */
export function sendCheckin(
  context: Pick<ResolverInput, 'files' | 'env' | 'capture'>,
  { checkin, resolve, message }: CheckinReport,
): Promise<PostResult> {
  const resolver = createResolver({ ...context, launch: resolve });
  const url = resolver.resolve(checkin.url ?? '', 'checkin.url');
  const secret = checkin.secret === undefined ? undefined : resolver.resolve(checkin.secret, 'checkin.secret');
  // Read as a reference to a file is; one that cannot be read is told by name.
  const ca = checkin.ca === undefined ? undefined : resolver.resolve(`\${file:${checkin.ca}}`, 'checkin.ca');
  const [problem] = resolver.problems;
  if (problem !== undefined) return Promise.resolve({ ok: false, reason: problem });
  return httpPost({
    ...checkinRequest(checkin.format, message, url, secret),
    ...(ca === undefined ? {} : { ca }),
    timeoutMs: tryMs,
  });
}
