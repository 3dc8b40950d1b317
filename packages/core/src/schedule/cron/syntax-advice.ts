import { nearest } from '../../errors/nearest.ts';
import { acceptedIn, type FieldRule, fieldRules } from './fields.ts';
import { SyntaxProblem } from './syntax-problem.ts';

interface Word {
  readonly text: string;
  readonly column: number;
}

const nowhere: Word = { text: '', column: 1 };

const known = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'];

/** What to say of text that begins with `@` and is no nickname, or has something after it. */
export function adviceOnNickname(words: readonly Word[]): SyntaxProblem {
  const [first = nowhere, second] = words;
  const lower = first.text.toLowerCase();
  if (lower === '@reboot') {
    return new SyntaxProblem(
      first.column,
      '@reboot is an event, not a schedule: declare `on: boot` instead of `schedule`.',
      'on: boot',
    );
  }
  if (second !== undefined && known.includes(first.text)) {
    return new SyntaxProblem(second.column, `Nothing may follow ${first.text}.`, first.text);
  }
  const near = nearest(lower, known);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new SyntaxProblem(first.column, `${first.text} is no nickname of cron; accepted are ${known.join(' ')}.${hint}`, near);
}

/** What to say when there are not exactly five fields. */
export function adviceOnFieldCount(words: readonly Word[], expression: string): SyntaxProblem {
  const five = 'minute, hour, day of month, month, day of week';
  if (words.length === 0) return new SyntaxProblem(1, `Expected five fields (${five}), found none.`, '0 * * * *');
  if (words.length < 5) {
    const missing = fieldRules.slice(words.length).map((rule) => rule.name);
    const end = expression.trimEnd().length + 1;
    return new SyntaxProblem(end, `Expected five fields (${five}), found ${words.length}: missing ${missing.join(', ')}.`);
  }
  const texts = words.map((word) => word.text);
  const sixth = words[5] ?? nowhere;
  if (words.length === 6 && texts.every((text) => /^[0-9*,/?#a-z-]+$/i.test(text) && !/[a-z]{4}|^\//i.test(text))) {
    const without = texts.slice(1).join(' ');
    const seconds =
      texts[0] === '0' ? ` Without the seconds it is \`${without}\`.` : ' Cron has no seconds; the shortest step is one minute.';
    return new SyntaxProblem(
      sixth.column,
      `Expected five fields (${five}), found six.${seconds} A year is no field of cron either.`,
      texts[0] === '0' ? without : undefined,
    );
  }
  return new SyntaxProblem(sixth.column, `Expected five fields (${five}), found ${words.length}; the command is declared apart.`);
}

/** What to say of one element of a list that is not of the grammar. */
export function adviceOnElement(part: string, column: number, rule: FieldRule): SyntaxProblem {
  // A carriage return becomes a part of the last field, in a crontab too.
  if (/[\x00-\x1f\x7f]/.test(part)) {
    return new SyntaxProblem(
      column + part.search(/[\x00-\x1f\x7f]/),
      `The ${rule.name} field has a line break or another control character; an expression is one line.`,
      part.replace(/[\x00-\x1f\x7f]/g, ''),
    );
  }
  const say = (message: string, suggestion?: string) =>
    new SyntaxProblem(column, `${message} The ${rule.name} field takes ${acceptedIn(rule)}.`, suggestion);
  const open = /^([0-9]+|[a-z]{3})\/([0-9]+)$/i.exec(part);
  if (part === '') return say('An element of a list is empty (a comma too many).');
  if (open)
    return say(
      `\`${part}\` has a step without a range, which cron refuses.`,
      `${open[1]}-${rule.high === 7 ? 6 : rule.high}/${open[2]}`,
    );
  if (part === '?') return say('`?` is not of cron.', '*');
  if (/^L$|^L-[0-9]+$|^LW$/i.test(part)) {
    return say('`L` (last day) is not of cron: run on days 28-31 and let the job check, or on the 1st of the next month.');
  }
  if (/^[0-9a-z]+L$/i.test(part) && rule.key === 'dayOfWeek') return say('`L` (last weekday of the month) is not of cron.');
  if (/^[0-9]+W$/i.test(part)) return say('`W` (nearest weekday) is not of cron.');
  if (part.includes('#'))
    return say('`#` (n-th weekday of the month) is not of cron; Debian cron reads it as every such weekday.');
  if (/^H([(/]|$)/.test(part)) return say('`H` (a hashed value) is not of cron: choose a number, or declare `randomizedDelay`.');
  if (part.includes('~'))
    return say('`~` (a random value) is not of Debian cron, which drops what follows it: declare `randomizedDelay`.');
  if (/^\*[0-9a-z]/i.test(part)) return say(`\`${part}\`: cron would drop what follows \`*\`.`, `*/${part.slice(1)}`);
  if (/\/.*\//.test(part)) return say(`\`${part}\` has two steps; cron would drop the second.`);
  if (/^[a-z]+$/i.test(part)) {
    if (rule.names.length === 0) return say(`The ${rule.name} field has no names; \`${part}\` is one.`);
    const near = nearest(part.slice(0, 3), rule.names);
    const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`;
    return say(`\`${part}\` is no name of the ${rule.name} field (three letters).${hint}`, near);
  }
  if (/^[a-z]{3}[a-z]*-[a-z]{3}[a-z]*$/i.test(part) && rule.names.length > 0) {
    const short = part.toLowerCase().replace(/[a-z]+/g, (name) => name.slice(0, 3));
    return say(`\`${part}\`: names have three letters.`, short);
  }
  if (part.startsWith('-')) return say(`\`${part}\` begins with a minus sign.`);
  return say(`\`${part}\` is not of the grammar.`);
}
