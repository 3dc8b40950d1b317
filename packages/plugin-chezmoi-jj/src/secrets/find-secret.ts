import { secretRules } from './secret-rules.ts';

/** What was found, without the secret itself. */
export interface FoundSecret {
  readonly kind: string;
  /** From 1. */
  readonly line: number;
}

/** A line that says so itself is not a secret; the mark of the common scanners. */
const allowed = /\b(gitleaks|betterleaks|rota):allow\b/;

/** The first secret in a text. Lines marked `gitleaks:allow` are passed over. */
export function findSecret(text: string): FoundSecret | undefined {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.length > 10_000 || allowed.test(line)) continue;
    const rule = secretRules.find(({ pattern, accepts }) => {
      const found = pattern.exec(line);
      return found !== null && (accepts === undefined || accepts(found[1] ?? ''));
    });
    if (rule !== undefined) return { kind: rule.kind, line: index + 1 };
  }
  return undefined;
}
