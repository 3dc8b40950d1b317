import type { ClientRequest } from 'node:http';
import { endableLookup } from './endable-lookup.ts';

export interface HttpPost {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM, trusted beside the public authorities. */
  readonly ca?: string;
  readonly timeoutMs: number;
}

export type PostResult =
  | { readonly ok: true }
  /** `answered`: the other side is there, and did not take it. */
  | { readonly ok: false; readonly reason: string; readonly answered?: boolean };

/** Posts once. Never throws and never takes longer than the time-out, whatever the other side does. The reason never holds the URL. */
export async function httpPost({ url, body, headers, ca, timeoutMs }: HttpPost): Promise<PostResult> {
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    return { ok: false, reason: 'the URL cannot be read' };
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return { ok: false, reason: `${target.protocol} is not http` };
  // Loaded here: a run that reports nowhere does not pay for it.
  const { request } = target.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const trusted =
    ca === undefined || target.protocol === 'http:' ? {} : { ca: [...(await import('node:tls')).rootCertificates, ca] };
  const bytes = Buffer.from(body);
  const names = endableLookup();
  let outgoing: ClientRequest;
  try {
    outgoing = request(target, {
      method: 'POST',
      agent: false,
      lookup: names.lookup,
      ...trusted,
      headers: { 'content-length': bytes.length, 'user-agent': 'rota', ...headers },
    });
  } catch (error) {
    return { ok: false, reason: `it cannot be sent: ${reasonOf(error)}` };
  }
  return new Promise((resolve) => {
    const done = (result: PostResult): void => {
      clearTimeout(timer);
      resolve(result);
      outgoing.destroy();
      names.end();
    };
    const timer = setTimeout(() => done({ ok: false, reason: `no answer within ${timeoutMs / 1000} s` }), timeoutMs);
    outgoing.on('error', (error) => done({ ok: false, reason: reasonOf(error) }));
    outgoing.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      done(status >= 200 && status < 300 ? { ok: true } : { ok: false, reason: `the answer was ${status}`, answered: true });
    });
    outgoing.end(bytes);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('code' in error)) return error.message;
  // A secret of several lines, such as a token with a line end too many, is no header.
  if (error.code === 'ERR_INVALID_CHAR') return 'the secret holds a line end or another control character';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return 'its host name could not be resolved: it is wrong, or the network is away';
  return String(error.code);
}
