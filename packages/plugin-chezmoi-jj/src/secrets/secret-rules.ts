/** What a secret looks like. */
export interface SecretRule {
  readonly kind: string;
  readonly pattern: RegExp;
  /** A further look at the first group. */
  readonly accepts?: (value: string) => boolean;
}

/** The forms that issuers document for their own tokens, and private keys. They are chosen to be wrong rarely: a false alarm keeps a dotfile at home. */
export const secretRules: readonly SecretRule[] = [
  { kind: 'a private key', pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/ },
  { kind: 'an age secret key', pattern: /\bAGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,}/ },
  { kind: 'an access key of AWS', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { kind: 'a token of GitHub', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b/ },
  { kind: 'a token of GitLab', pattern: /\bgl(?:pat|ptt|rt|dt|ft|cbt)-[A-Za-z0-9_-]{20,}/ },
  { kind: 'a token of Slack', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { kind: 'a webhook of Slack', pattern: /hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]{20,}/ },
  { kind: 'a token of npm', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: 'a token of PyPI', pattern: /\bpypi-AgE[A-Za-z0-9_-]{50,}/ },
  { kind: 'a key of Google', pattern: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { kind: 'a key of Stripe', pattern: /\b[rs]k_live_[0-9A-Za-z]{20,}/ },
  { kind: 'an API key', pattern: /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}/ },
  { kind: 'a password in an address', pattern: /[a-z][a-z0-9+.-]*:\/\/[^\s:@/]+:([^\s@/'"]{6,})@/i, accepts: isLiteral },
  {
    kind: 'a password',
    pattern:
      /(?:password|passwd|secret|secret[_-]?(?:access[_-]?)?key|api[_-]?key|access[_-]?token|auth[_-]?token|_authToken)["']?\s*[:=]\s*["']?([^\s"'#]{12,})/i,
    accepts: (value) => isLiteral(value) && isRandom(value),
  },
];

/** Not a reference to a value that stands elsewhere. */
function isLiteral(value: string): boolean {
  return (
    !/^(\$|\{\{|%|<|\*+$|x+$)|^(?:your|change|example|placeholder|password|secret)/i.test(value) &&
    !value.includes('$(') &&
    !value.includes('${')
  );
}

/** Letters and digits mixed with at least 3.2 bits a character (Shannon): words have less. */
function isRandom(value: string): boolean {
  if (!/[0-9]/.test(value) || !/[A-Za-z]/.test(value)) return false;
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const entropy = [...counts.values()].reduce((sum, count) => sum - (count / value.length) * Math.log2(count / value.length), 0);
  return entropy >= 3.2;
}
