import type { Issue } from '../../errors/issue.ts';
import { RotaError } from '../../errors/rota-error.ts';
import type { Calendar, CalendarField } from '../calendar.ts';
import { fieldRules } from './fields.ts';
import { neverFiresReason } from './never-fires.ts';
import { parseField } from './parse-field.ts';
import { adviceOnFieldCount, adviceOnNickname } from './syntax-advice.ts';
import { SyntaxProblem } from './syntax-problem.ts';

/** What Debian cron makes of its nicknames; `@reboot` is an event, not a time. */
export const nicknames: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/** Longer text than any schedule needs is refused before it is read. */
const longest = 1000;

const nothing: CalendarField = { values: [], star: false };

/**
 * Reads a five-field cron expression as Debian cron and cronie read it: lists, ranges, steps on `*` or a range,
 * three-letter names in any case, 0 and 7 both Sunday, and the nicknames but `@reboot`. Fields are separated by blanks or tabs.
 *
 * What the daemons accept and then run as something else, or never (reversed ranges, ignored tails), is refused.
 *
 * @throws ROTA_SCHEDULE_SYNTAX with the column (from 1) of the first problem in `column`, and every problem in `issues`.
 * @throws ROTA_SCHEDULE_NEVER_FIRES for dates that do not exist, such as `0 0 30 2 *`.
 */
export function parseCron(expression: string): Calendar {
  if (typeof expression !== 'string')
    refuse([new SyntaxProblem(1, `A cron expression is text, this is ${typeof expression}.`)], '');
  if (expression.length > longest)
    refuse([new SyntaxProblem(longest + 1, `A cron expression has at most ${longest} characters.`)], '');
  const words = [...expression.matchAll(/[^ \t]+/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
  const first = words[0];
  if (first?.text.startsWith('@')) {
    const meaning = words.length === 1 && Object.hasOwn(nicknames, first.text) ? nicknames[first.text] : undefined;
    if (meaning === undefined) refuse([adviceOnNickname(words)], expression);
    return parseCron(meaning);
  }
  if (words.length !== 5) refuse([adviceOnFieldCount(words, expression)], expression);

  const problems: SyntaxProblem[] = [];
  const fields = fieldRules.map((rule, index): CalendarField => {
    try {
      return parseField(words[index]?.text ?? '', words[index]?.column ?? 1, rule);
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
      problems.push(error);
      return nothing;
    }
  });
  const [minute = nothing, hour = nothing, dayOfMonth = nothing, month = nothing, dayOfWeek = nothing] = fields;
  const calendar: Calendar = { minute, hour, dayOfMonth, month, dayOfWeek };
  if (problems.length > 0) refuse(problems, expression);
  const reason = neverFiresReason(calendar);
  if (reason !== undefined) {
    throw new RotaError('ROTA_SCHEDULE_NEVER_FIRES', `\`${shown(expression)}\` never fires: ${reason}`, {
      place: { file: '', line: 1, column: words[2]?.column ?? 1 },
    });
  }
  return calendar;
}

function refuse(problems: readonly SyntaxProblem[], expression: string): never {
  const issues = problems.map(
    (problem): Issue => ({
      code: 'ROTA_SCHEDULE_SYNTAX',
      severity: 'error',
      message: oneLine(problem.message),
      line: 1,
      column: problem.column,
      ...(problem.suggestion === undefined ? {} : { suggestion: problem.suggestion }),
    }),
  );
  const [head] = problems;
  if (head === undefined) throw new RotaError('ROTA_INTERNAL', 'A cron expression was refused without a reason.');
  throw new RotaError('ROTA_SCHEDULE_SYNTAX', `\`${shown(expression)}\`, column ${head.column}: ${oneLine(head.message)}`, {
    place: { file: '', line: 1, column: head.column },
    suggestions: problems.flatMap((problem) => (problem.suggestion === undefined ? [] : [problem.suggestion])),
    issues,
  });
}

/** The expression for a message: not longer than a line. */
function shown(expression: string): string {
  return oneLine(expression.length > 80 ? `${expression.slice(0, 80)}...` : expression);
}

function oneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, (character) => JSON.stringify(character).slice(1, -1));
}
