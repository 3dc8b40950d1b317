import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RotaError } from '../errors/rota-error.ts';
import type { RotaEvents } from '../state/events.ts';
import { peerUser } from './peer-user.ts';
import type { Report } from './report.ts';
import { type WatchedReport, watchReport } from './watch-report.ts';

/** What is served, and where. */
export interface ServeReportInput {
  /** Reads the report; called again and again while a page is open, and never twice at a time. */
  readonly read: () => Promise<Report>;
  /** @default a free one */
  readonly port?: number;
  /** How often to look for what is new, in milliseconds; less often where reading takes long. @default 5000 */
  readonly intervalMs?: number;
  /** Runs that start or end are looked at without waiting for the interval, where the Rota they belong to watches. */
  readonly events?: Pick<RotaEvents, 'on'>;
  /** Ends the serving. */
  readonly signal: AbortSignal;
}

/** A report that is being served. */
export interface ServedReport {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  /** Resolves when the signal has ended it and every connection is closed. */
  readonly closed: Promise<void>;
}

/** The page, with its style and script, is a piece by itself: no other command needs it. */
const page = () => import('./render-report.ts');

const address = '127.0.0.1';
/** Open pages at most; one more is told to come back. */
const mostListeners = 20;
/** So that nobody in between takes a silent stream for a dead one. */
const heartbeatMs = 25_000;

/**
 * Serves the page on the loopback interface, for reading only, and keeps it as the machine is.
 *
 * Other websites in the same browser are kept out: a request that names another host than this one is refused (DNS rebinding), so is one that comes
 * from another origin. Other users of the machine are refused where the system tells who connects (Linux). Nothing but GET and HEAD is answered.
 *
 * @throws ROTA_REPORT_PORT
 */
export async function serveReport({
  read,
  port = 0,
  intervalMs = 5000,
  events,
  signal,
}: ServeReportInput): Promise<ServedReport> {
  const watched = watchReport(read, intervalMs);
  const unheard = (['run:start', 'run:end'] as const).map((event) => events?.on(event, watched.look));
  const server = createServer((request, response) => {
    answer(request, response, watched).catch((error: unknown) => {
      if (!response.headersSent) reply(response, 500, `The report cannot be read: ${messageOf(error)}\n`);
      else response.destroy();
    });
  });
  server.maxConnections = 100;
  await listening(server, port);
  const closed = new Promise<void>((resolve) => {
    server.once('close', resolve);
  });
  const end = (): void => {
    for (const stop of unheard) stop?.();
    watched.end();
    server.close();
    server.closeAllConnections();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return { url: `http://${address}:${portOf(server)}/`, closed };
}

async function answer(request: IncomingMessage, response: ServerResponse, watched: WatchedReport): Promise<void> {
  const refusal = refusalOf(request);
  if (refusal !== undefined) return reply(response, 403, `${refusal}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return reply(response, 405, 'This is for reading only.\n');
  }
  switch (request.url?.replace(/\?.*$/, '')) {
    case '/': {
      const report = await watched.fresh();
      const { policyOf, renderReport } = await page();
      response.setHeader('Content-Security-Policy', `${policyOf(true)}; frame-ancestors 'none'`);
      return reply(response, 200, renderReport(report, { live: versionOf(report) }), 'text/html; charset=utf-8');
    }
    case '/report.json':
      return reply(response, 200, JSON.stringify(await watched.fresh()), 'application/json');
    case '/events':
      return stream(request, response, watched);
    default:
      return reply(response, 404, 'There is nothing here but the report, at /\n');
  }
}

/** Why a request is not answered; `undefined`: it is. */
function refusalOf({ headers, socket }: IncomingMessage): string | undefined {
  const own = [`${address}:${socket.localPort}`, `localhost:${socket.localPort}`];
  if (!own.includes(headers.host ?? '')) return `This answers to ${own[0]} only.`;
  if (headers.origin !== undefined && !own.some((host) => headers.origin === `http://${host}`))
    return 'This answers to its own page only.';
  const user = process.getuid?.();
  if (user === undefined || socket.localPort === undefined || socket.remotePort === undefined) return undefined;
  const peer = peerUser({ localPort: socket.localPort, remotePort: socket.remotePort });
  return peer === undefined || peer === user || peer === 0 ? undefined : 'This answers to the user who started it only.';
}

/** A stream of Server-Sent Events: `report` with the version of the data, whenever it is another; `problem` when it cannot be read. */
function stream(request: IncomingMessage, response: ServerResponse, watched: WatchedReport): void {
  if (watched.listeners() >= mostListeners) {
    response.setHeader('Retry-After', '60');
    reply(response, 503, 'Too many pages are open.\n');
    return;
  }
  securityHeaders(response);
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.write('retry: 3000\n\n');
  const send = (event: string, text: string): void =>
    void response.write(`event: ${event}\ndata: ${text.replace(/\s+/g, ' ')}\n\n`);
  const stop = watched.listen({
    report: (report) => send('report', versionOf(report)),
    problem: (error) => send('problem', messageOf(error)),
  });
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
  response.on('close', () => {
    clearInterval(heartbeat);
    stop();
  });
}

/** Tells whether data differ. The page counts in minutes, so the second in which it was read does not matter. */
function versionOf(report: Report): string {
  const text = JSON.stringify({ ...report, generatedAt: report.generatedAt.slice(0, 16) });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function reply(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  securityHeaders(response);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function securityHeaders(response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
}

async function listening(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? 'another program has it'
          : cause.code === 'EACCES'
            ? 'this user may not have it'
            : cause.message;
      reject(
        new RotaError('ROTA_REPORT_PORT', `The report cannot be served on port ${port}: ${why}.`, {
          cause,
          suggestions: ['Choose another port, or leave it out for a free one: rota report --serve'],
        }),
      );
    });
    server.listen({ host: address, port, exclusive: true }, resolve);
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
