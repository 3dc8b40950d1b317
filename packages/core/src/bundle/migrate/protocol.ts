import * as v from 'valibot';
import type { BundleSpec } from '../spec/bundle-spec.ts';

/** Both ends of a migration speak the same version, or refuse. */
export const protocolVersion = 1;

/** Without a word from the other side for so long, the receiving side undoes everything it did. */
export const leaseMs = 15_000;

/** How often the sending side says that it is there. */
export const heartbeatMs = 2_000;

const isSpec = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'roots' in value && 'services' in value;

/** What the sending side asks, one JSON text a line. */
export const requestSchema = v.variant('ask', [
  v.object({ ask: v.literal('ping') }),
  v.object({
    ask: v.literal('prepare'),
    version: v.number(),
    id: v.pipe(v.string(), v.regex(/^[0-9a-f]{12}$/)),
    namespace: v.string(),
    // Its paths are those of the receiving machine.
    spec: v.custom<BundleSpec>(isSpec),
    // The roots that move, and what each is called where it comes from.
    bases: v.record(v.string(), v.string()),
    from: v.string(),
    replace: v.boolean(),
    // What the service runs as, which has to be there.
    artifact: v.optional(v.string()),
    dryRun: v.boolean(),
  }),
  v.object({ ask: v.literal('remove'), names: v.array(v.string()) }),
  v.object({ ask: v.literal('digest') }),
  v.object({ ask: v.literal('start'), services: v.array(v.string()), healthMs: v.number() }),
  v.object({ ask: v.literal('commit') }),
  v.object({ ask: v.literal('rollback') }),
]);
export type MigrationRequest = v.InferOutput<typeof requestSchema>;

/** What the receiving side is like, and what keeps a service from moving there. */
export interface Prepared {
  readonly hostname: string;
  readonly nowMs: number;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** Free bytes beside each root. */
  readonly free: Readonly<Record<string, number>>;
  /** Where each root is to be sent. */
  readonly fresh: Readonly<Record<string, string>>;
  /** Where dumps of databases are to be sent. */
  readonly dumps: string;
  /** A file there that says how it ended, once it has. */
  readonly verdict: string;
}

/** Reads a {@link Prepared}. */
export const preparedSchema = v.object({
  hostname: v.string(),
  nowMs: v.number(),
  problems: v.array(v.string()),
  notes: v.array(v.string()),
  free: v.record(v.string(), v.number()),
  fresh: v.record(v.string(), v.string()),
  dumps: v.string(),
  verdict: v.string(),
});

export const digestSchema = v.object({
  treeDigest: v.string(),
  entries: v.number(),
  bytes: v.number(),
  hashedBytes: v.number(),
  hashMs: v.number(),
});

/** What each step of a start took. */
export const startedSchema = v.object({ swapMs: v.number(), reissueMs: v.number(), startMs: v.number(), healthMs: v.number() });

export type Started = v.InferOutput<typeof startedSchema>;

/** The answer to one request. */
export const answerSchema = v.union([
  v.object({ ok: v.literal(true), value: v.unknown() }),
  v.object({
    ok: v.literal(false),
    code: v.string(),
    message: v.string(),
    suggestions: v.array(v.string()),
  }),
]);
