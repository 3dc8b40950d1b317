import * as v from 'valibot';
import { RotaError } from '../../errors/rota-error.ts';
import { damagedBundle, hostileBundle, notABundle } from './bundle-error.ts';
import { type ManifestChecker, manifestChecker } from './check-manifest.ts';
import { type EntrySpool, openEntrySpool } from './entry-spool.ts';
import { isPlainEntry } from './is-plain-entry.ts';
import { type BundleEntry, type BundleHead, entriesMark, entrySchema, headSchema, manifestClosing } from './manifest.ts';

/** A manifest that was read and checked. Whoever gets it closes it. */
export interface StoredManifest {
  readonly head: BundleHead;
  readonly entries: EntrySpool;
  /** The text as it was read. */
  text(): Generator<Uint8Array>;
  close(): void;
}

export interface ManifestParser {
  feed(part: Uint8Array): void;
  /** The head, once it is there. It is well formed; its entries are yet to be checked. */
  head(): BundleHead | undefined;
  finish(): StoredManifest;
  close(): void;
}

/** Neither a head nor an entry is longer: names are at most 4 kB, attributes 64 kB each. */
const longestHead = 64 * 1024 * 1024;
const longestEntry = 4 * 1024 * 1024;

/**
 * Reads a `manifest.json` as it comes, with flat memory. Only the lines that a capture writes are taken: a head, then an entry on each line.
 *
 * @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_NEWER, ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_MISMATCH
 */
export function manifestParser(
  /** Where the entries are kept when they are many. @default the folder for temporary files */
  folder?: string,
  onEntry?: (entry: BundleEntry) => void,
): ManifestParser {
  const entries = openEntrySpool(folder);
  const parts: Buffer[] = [];
  let size = 0;
  let opening: Buffer | undefined;
  let head: BundleHead | undefined;
  let checker: ManifestChecker | undefined;
  let rest: Buffer = noBytes;
  /** What ended the last entry: a comma promises another. */
  let state: 'first' | 'comma' | 'last' | 'tail' = 'first';
  let tail = '';

  function readHead(part: Buffer): void {
    parts.push(part);
    size += part.length;
    if (size > longestHead) throw hostileBundle(`a manifest whose head is longer than ${longestHead} bytes`);
    const begun = parts.length === 1 ? part : Buffer.concat(parts);
    parts.splice(0, parts.length, begun);
    const at = begun.indexOf(entriesMark);
    if (at === -1) return;
    opening = begun.subarray(0, at + entriesMark.length);
    head = parseHead(`${begun.subarray(0, at)}\n}`);
    checker = manifestChecker(head);
    rest = begun.subarray(at + entriesMark.length);
    parts.length = 0;
  }

  function line(text: string): void {
    if (state === 'tail') {
      tail += `${text}\n`;
      return;
    }
    if (text === '' && state === 'first') {
      state = 'last';
      return;
    }
    if (text === '  ]' && state === 'last') {
      state = 'tail';
      tail = '\n  ]\n';
      return;
    }
    if (state === 'last') throw damagedBundle('its manifest is not JSON');
    const comma = text.endsWith(',');
    const json = comma ? text.slice(0, -1) : text;
    const entry = parseEntry(json);
    checker?.check(entry);
    onEntry?.(entry);
    entries.add(json);
    state = comma ? 'comma' : 'last';
  }

  function feed(part: Uint8Array): void {
    const fresh = Buffer.from(part.buffer, part.byteOffset, part.length);
    if (head === undefined) {
      // A copy: what it was cut from is used again for what comes behind it.
      readHead(Buffer.from(fresh));
      if (head === undefined) return;
    } else rest = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
    const end = rest.lastIndexOf(newline);
    if (end !== -1) for (const text of rest.toString('utf8', 0, end).split('\n')) line(text);
    rest = Buffer.from(rest.subarray(end + 1));
    if (rest.length > longestEntry) throw hostileBundle(`an entry of more than ${longestEntry} bytes`);
  }

  return {
    feed,
    head: () => head,
    close: entries.close,
    finish() {
      if (head === undefined || opening === undefined || checker === undefined) {
        // Of a newer version, or no manifest: that is better to know than that its lines are not ours.
        parseHead(Buffer.concat(parts).toString());
        throw notABundle('its manifest lists no entries');
      }
      if (tail !== manifestClosing || rest.length > 0) throw damagedBundle('its manifest is not JSON');
      checker.finish(entries);
      const before = opening;
      return {
        head,
        entries,
        *text() {
          yield before;
          yield* entries.text();
          yield Buffer.from(manifestClosing);
        },
        close: entries.close,
      };
    },
  };
}

const noBytes = Buffer.alloc(0);
const newline = 0x0a;

function parseHead(text: string): BundleHead {
  const value = parseJson(text);
  if (typeof value === 'object' && value !== null && 'formatVersion' in value && Number(value.formatVersion) > 1)
    throw new RotaError('ROTA_BUNDLE_NEWER', `The bundle has format ${String(value.formatVersion)}; this Rota reads 1.`, {
      suggestions: ['Use the Rota that wrote it, or a newer one.'],
    });
  return checked(headSchema, value);
}

function parseEntry(text: string): BundleEntry {
  const value = parseJson(text);
  return isPlainEntry(value) ? value : checked(entrySchema, value);
}

function checked<T extends v.GenericSchema>(schema: T, value: unknown): v.InferOutput<T> {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw notABundle(`its manifest is not of Rota (${parsed.issues[0].message})`);
  return parsed.output;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RotaError('ROTA_BUNDLE_FORMAT', 'The bundle is damaged: its manifest is not JSON.', { cause });
  }
}
