import { RotaError } from '@rota/core';

/** What `--identity MEMBER=preserve` or `=exclude` says, each time it is given. @throws ROTA_USAGE */
export function identityAnswers(texts: readonly string[]): Readonly<Record<string, 'preserve' | 'exclude'>> {
  const answers: Record<string, 'preserve' | 'exclude'> = {};
  for (const text of texts) {
    const [, name, answer] = /^(.+)=(preserve|exclude)$/.exec(text) ?? [];
    if (name === undefined || answer === undefined)
      throw new RotaError('ROTA_USAGE', `\`--identity ${text}\`: expected MEMBER=preserve or MEMBER=exclude.`);
    answers[name] = answer === 'preserve' ? 'preserve' : 'exclude';
  }
  return answers;
}
