import { type SecretRule, secretRules } from './secret-rules.ts';

/** What was found, without the secret itself. */
export interface FoundSecret {
  readonly kind: string;
  /** From 1. */
  readonly line: number;
}

/** A line that says so itself is not a secret; the mark of the common scanners. */
const allowed = /\b(gitleaks|betterleaks|rota):allow\b/;

const [longest, step, shared] = [10_000, 1500, 500];

/** The first secret in a text. Lines marked `gitleaks:allow` are passed over. */
export function findSecret(text: string): FoundSecret | undefined {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (allowed.test(line)) continue;
    for (const piece of piecesOf(line)) {
      const rule = ruleOf(piece);
      if (rule !== undefined) return { kind: rule.kind, line: index + 1 };
    }
  }
  return undefined;
}

function ruleOf(text: string): SecretRule | undefined {
  return secretRules.find(({ pattern, accepts }) => {
    const found = pattern.exec(text);
    return found !== null && (accepts === undefined || accepts(found[1] ?? ''));
  });
}

/** A long line in pieces, for some patterns take the square of its length; each begins before the last one ends, with room for what a secret needs. */
function piecesOf(line: string): readonly string[] {
  if (line.length <= longest) return [line];
  return Array.from({ length: Math.ceil(line.length / step) }, (_, index) =>
    line.slice(index * step, index * step + step + shared),
  );
}
