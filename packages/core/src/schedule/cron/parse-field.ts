import type { CalendarField } from '../calendar.ts';
import { acceptedIn, type FieldRule } from './fields.ts';
import { adviceOnElement } from './syntax-advice.ts';
import { SyntaxProblem } from './syntax-problem.ts';

const element = /^(?:(\*)|([0-9]+|[a-z]{3})(?:-([0-9]+|[a-z]{3}))?)(?:\/([0-9]+))?$/i;

/** Reads one field; `column` is where it begins in the expression. Throws {@link SyntaxProblem}. */
export function parseField(text: string, column: number, rule: FieldRule): CalendarField {
  const found = new Set<number>();
  let at = column;
  for (const part of text.split(',')) {
    for (const value of parseElement(part, at, rule)) found.add(rule.key === 'dayOfWeek' && value === 7 ? 0 : value);
    at += part.length + 1;
  }
  return { values: [...found].sort((a, b) => a - b), star: text.startsWith('*') };
}

function parseElement(part: string, column: number, rule: FieldRule): number[] {
  const match = element.exec(part);
  if (match === null) throw adviceOnElement(part, column, rule);
  const [, star, from, to, step] = match;
  const stepColumn = column + part.length - (step?.length ?? 0);
  if (step !== undefined && star === undefined && to === undefined) throw adviceOnElement(part, column, rule);
  const low = star ? rule.low : number(from ?? '', column, rule);
  const high = star ? rule.high : to === undefined ? low : number(to, column + (from?.length ?? 0) + 1, rule);
  if (low > high) throw reversed(part, column, rule, low, high);
  const by = step === undefined ? 1 : Number(step);
  if (by === 0) throw new SyntaxProblem(stepColumn, `A step of the ${rule.name} field is at least 1, this is 0.`);
  const values: number[] = [];
  for (let value = low; value <= high; value += by) values.push(value);
  return values;
}

function number(text: string, column: number, rule: FieldRule): number {
  const value = /^[0-9]/.test(text) ? Number(text) : rule.names.indexOf(text.toLowerCase()) + rule.low;
  if (!/^[0-9]/.test(text) && value < rule.low) throw adviceOnElement(text, column, rule);
  if (value < rule.low || value > rule.high) {
    throw new SyntaxProblem(column, `The ${rule.name} field takes ${acceptedIn(rule)}; ${text} is out of range.`);
  }
  return value;
}

function reversed(part: string, column: number, rule: FieldRule, low: number, high: number): SyntaxProblem {
  const top = rule.key === 'dayOfWeek' ? 6 : rule.high;
  const write = (a: number, b: number) => (a === b ? `${a}` : `${a}-${b}`);
  const instead = part.includes('/') ? undefined : `${write(low, top)},${write(rule.low, high)}`;
  const daemon = 'cron accepts a reversed range and then never runs the job';
  const sunday = rule.key === 'dayOfWeek' && high === 0 ? `${low}-7` : instead;
  const hint = sunday === undefined ? '' : ` Write \`${sunday}\` for a range that goes round.`;
  return new SyntaxProblem(column, `The range \`${part}\` of the ${rule.name} field runs backwards; ${daemon}.${hint}`, sunday);
}
