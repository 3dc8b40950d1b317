import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import * as v from 'valibot';
import { isRotaError, type RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { withLock } from '../../state/lock.ts';
import { openState } from '../../state/state-format.ts';
import { bundleLayout } from '../bundle-layout.ts';
import { freeBytes } from '../capture/plan-capture.ts';
import { recoverBefore } from '../recover-before.ts';
import { type Arrival, beginArrival, type PrepareRequest } from './arrival.ts';
import { inspectTarget, nearestFolder } from './inspect-target.ts';
import { leaseMs, type MigrationRequest, type Prepared, requestSchema } from './protocol.ts';

/** How the receiving side talks: requests come in as lines, answers go out as lines. */
export interface ReceiveInput {
  readonly host: Host;
  readonly input: Readable;
  /** Sends one line back. */
  readonly answer: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The receiving side of a migration, started by the sending side over ssh. It does what it is asked until its input ends. Unless it was told to
 * commit, it then undoes all that it did; and so it does when it has heard nothing for as long as the lease lasts.
 */
export async function receiveMigration(input: ReceiveInput): Promise<void> {
  const requests = listen(input);
  const first = await requests.next();
  if (first === undefined) return;
  if (first.ask !== 'prepare') return answerWith(input, refused('ROTA_USAGE', 'The first request has to be `prepare`.'));
  const { host } = input;
  openState(host);
  const layout = bundleLayout(host.stateDir, first.namespace);
  host.files.makeFolder(layout.root, 0o700);
  const purpose = `receive ${first.spec.tenant}/${first.spec.name} from ${first.from}`;
  await withLock(host, layout.lock, { purpose, signal: input.signal }, async () => {
    await recoverBefore(host, first.namespace, first.spec);
    const looked = await inspectTarget(host, first);
    if (first.dryRun || looked.problems.length > 0) return answerWith(input, { ok: true, value: looked });
    const arrival = await beginArrival(host, first);
    try {
      answerWith(input, { ok: true, value: preparedWith(looked, arrival, first) });
      for (let next = await requests.next(); next !== undefined; next = await requests.next())
        if (await serve(input, arrival, next, requests.ended)) return;
    } finally {
      await arrival.rollback();
    }
  }).catch((error: unknown) => answerWith(input, failure(error)));
}

/** Resolves to true when that was the last request. */
async function serve(input: ReceiveInput, arrival: Arrival, request: MigrationRequest, ended: AbortSignal): Promise<boolean> {
  try {
    switch (request.ask) {
      case 'remove':
        arrival.remove(request.names);
        answerWith(input, { ok: true, value: null });
        return false;
      case 'digest':
        answerWith(input, { ok: true, value: await arrival.digest() });
        return false;
      case 'start':
        answerWith(input, { ok: true, value: await arrival.start(request.services, request.healthMs, ended) });
        return false;
      case 'commit':
      case 'rollback':
        answerWith(input, { ok: true, value: await arrival[request.ask]() });
        return true;
      default:
        answerWith(input, refused('ROTA_USAGE', `\`${request.ask}\` was not expected now.`));
        return false;
    }
  } catch (error) {
    answerWith(input, failure(error));
    return false;
  }
}

function preparedWith(looked: Prepared, arrival: Arrival, { spec }: PrepareRequest): Prepared {
  const { fresh, dumps, verdict } = arrival;
  const free = Object.fromEntries(spec.roots.map(({ name, path }) => [name, freeBytes(nearestFolder(path))]));
  return { ...looked, free, fresh: Object.fromEntries(fresh), dumps, verdict };
}

/** Requests in their order; `undefined` at the end of the input, or when nothing was heard for the time of the lease. */
function listen({ input, signal }: ReceiveInput) {
  const queue: MigrationRequest[] = [];
  let ended = false;
  const ending = new AbortController();
  let wake: () => void = () => undefined;
  let lease: NodeJS.Timeout | undefined;
  const end = (): void => {
    ended = true;
    clearTimeout(lease);
    ending.abort();
    wake();
  };
  const heard = (): void => {
    clearTimeout(lease);
    lease = setTimeout(end, leaseMs);
  };
  heard();
  signal?.addEventListener('abort', end, { once: true });
  const lines = createInterface({ input });
  lines.on('line', (line) => {
    if (ended) return;
    heard();
    const request = readRequest(line);
    if (request === undefined) return end();
    if (request.ask === 'ping') return;
    queue.push(request);
    wake();
  });
  lines.on('close', end);
  return {
    /** Aborted at the end: the other side takes it that by then nothing is under way here any more. */
    ended: ending.signal,
    async next(): Promise<MigrationRequest | undefined> {
      while (!ended && queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      // What was asked by somebody who is gone is not done any more.
      return ended ? undefined : queue.shift();
    },
  };
}

function readRequest(line: string): MigrationRequest | undefined {
  try {
    const parsed = v.safeParse(requestSchema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

function answerWith({ answer }: ReceiveInput, value: object): void {
  answer(JSON.stringify(value));
}

function refused(code: string, message: string): object {
  return { ok: false, code, message, suggestions: [] };
}

function failure(error: unknown): object {
  if (!isRotaError(error)) return refused('ROTA_INTERNAL', error instanceof Error ? error.message : String(error));
  const { code, message, suggestions } = error satisfies RotaError;
  return { ok: false, code, message, suggestions };
}
