import { mismatchedBundle } from './bundle-error.ts';
import type { ManifestParser, StoredManifest } from './read-manifest.ts';

/** Takes no manifest but one, whose text is known: nothing of it has to be parsed again. @throws ROTA_BUNDLE_MISMATCH */
export function manifestMatcher(known: Omit<StoredManifest, 'close'>): ManifestParser {
  const text = known.text();
  let wanted: Uint8Array = noBytes;
  const refill = (): boolean => {
    while (wanted.length === 0) {
      const { done, value } = text.next();
      if (done) return false;
      wanted = value;
    }
    return true;
  };
  return {
    feed(part) {
      for (let rest = part; rest.length > 0; ) {
        const length = refill() ? Math.min(rest.length, wanted.length) : 0;
        if (length === 0 || Buffer.compare(rest.subarray(0, length), wanted.subarray(0, length)) !== 0)
          throw mismatchedBundle('its manifest is not the one that was written');
        rest = rest.subarray(length);
        wanted = wanted.subarray(length);
      }
    },
    head: () => known.head,
    finish() {
      if (refill()) throw mismatchedBundle('its manifest is cut');
      return { ...known, close: () => undefined };
    },
    close: () => undefined,
  };
}

const noBytes = new Uint8Array();
