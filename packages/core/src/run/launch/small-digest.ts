import { digestOf } from '../../state/digest.ts';

/** Beyond this, compiled code makes up for the time that `node:crypto` takes to load. */
const smallBytes = 16 * 1024;

/** The same as {@link digestOf}. For a text as small as most launch files are, without `node:crypto`, which costs a run a tenth of its time. */
export function smallDigestOf(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length > smallBytes ? digestOf(bytes) : sha256Of(bytes).slice(0, 32);
}

/** FIPS 180-4, section 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const constants = new Int32Array(64);
/** Section 5.3.3: of the square roots of the first 8. */
const initial = new Int32Array(8);
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let prime = true;
  for (let divisor = 2; divisor * divisor <= candidate && prime; divisor++) prime = candidate % divisor !== 0;
  if (!prime) continue;
  const fraction = (root: number): number => (root - Math.floor(root)) * 2 ** 32;
  if (found < 8) initial[found] = fraction(Math.sqrt(candidate));
  constants[found++] = fraction(Math.cbrt(candidate));
}

/** FIPS 180-4, section 6.2.2. */
function sha256Of(bytes: Uint8Array): string {
  const padded = Buffer.alloc((((bytes.length + 8) >> 6) + 1) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  padded.writeUInt32BE(bytes.length * 8, padded.length - 4);
  const hash = Int32Array.from(initial);
  const words = new Int32Array(64);
  // Written out for the interpreter: a run hashes once, and nothing here gets compiled.
  for (let block = 0; block < padded.length; block += 64) {
    for (let at = 0; at < 16; at++) words[at] = padded.readInt32BE(block + at * 4);
    for (let at = 16; at < 64; at++) {
      const w15 = words[at - 15] ?? 0;
      const w2 = words[at - 2] ?? 0;
      const s0 = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3);
      const s1 = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10);
      words[at] = (words[at - 16] ?? 0) + s0 + (words[at - 7] ?? 0) + s1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
    for (let at = 0; at < 64; at++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (constants[at] ?? 0) + (words[at] ?? 0)) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    const end = [a, b, c, d, e, f, g, h];
    for (let at = 0; at < 8; at++) hash[at] = (hash[at] ?? 0) + (end[at] ?? 0);
  }
  return Array.from(hash, (value) => (value >>> 0).toString(16).padStart(8, '0')).join('');
}
