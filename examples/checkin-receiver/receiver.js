// A receiver of check-ins: `CHECKIN_SECRET=... node receiver.js`. It keeps the latest check-in of each job, and says who has not reported in time.
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

/** The largest body that is read: a check-in carries a bounded tail of the output. */
const mostBytes = 1024 * 1024;

/**
 * A server that takes `POST /api/checkins` in the `json` format of Rota, with the secret as bearer token, and answers `GET /api/jobs`.
 *
 * @param {{ secret: string, lateAfterMs?: number, now?: () => number }} options
 */
export function checkinReceiver({ secret, lateAfterMs = 26 * 3_600_000, now = Date.now }) {
  /** @type {Map<string, { checkin: Record<string, unknown>, at: number }>} */
  const latest = new Map();
  return createServer((request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(`${JSON.stringify(body)}\n`);
    };
    if (!isAllowed(request.headers.authorization, secret)) return answer(401, { error: 'The bearer token is not the secret.' });
    if (request.method === 'GET' && request.url === '/api/jobs') return answer(200, { jobs: jobsOf(latest, lateAfterMs, now()) });
    if (request.method !== 'POST' || request.url !== '/api/checkins') return answer(404, { error: 'Post to /api/checkins.' });
    readJson(request).then(
      (checkin) => {
        const { tenant, job_name: name, status } = checkin;
        if (![tenant, name, status].every((part) => typeof part === 'string' && part !== ''))
          return answer(400, { error: 'A check-in has tenant, job_name and status.' });
        latest.set(`${tenant}/${name}`, { checkin, at: now() });
        answer(202, { ok: true });
      },
      (error) => answer(400, { error: error.message }),
    );
  });
}

function jobsOf(latest, lateAfterMs, nowMs) {
  return [...latest]
    .map(([job, { checkin, at }]) => ({
      job,
      status: checkin.status,
      host: checkin.host,
      exitCode: checkin.exit_code,
      reportedAt: new Date(at).toISOString(),
      late: nowMs - at > lateAfterMs,
    }))
    .sort((a, b) => (a.job < b.job ? -1 : 1));
}

function isAllowed(header, secret) {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${secret}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > mostBytes) throw new Error('The check-in is too large.');
    chunks.push(chunk);
  }
  const value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Error('A check-in is an object.');
  return value;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { CHECKIN_SECRET: secret, PORT: port = '8080' } = process.env;
  if (!secret) throw new Error('Set CHECKIN_SECRET.');
  checkinReceiver({ secret }).listen(Number(port), '127.0.0.1', () =>
    console.log(`check-ins: http://127.0.0.1:${port}/api/checkins`),
  );
}
