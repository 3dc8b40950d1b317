import fc from 'fast-check';
import { type FieldRule, fieldRules } from './cron/fields.ts';

/** For tests: texts of valid cron expressions with every form of the grammar; most are sparse, some never fire. */
export function cronExpressionArbitrary(): fc.Arbitrary<string> {
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fieldRules as readonly [
    FieldRule,
    FieldRule,
    FieldRule,
    FieldRule,
    FieldRule,
  ];
  return fc
    .tuple(field(minute, 1, 8), field(hour, 3, 6), field(dayOfMonth, 5, 4), field(month, 6, 3), field(dayOfWeek, 5, 4))
    .map((fields) => fields.join(' '));
}

/** `star` and `other` are the weights of a plain `*` and of everything else. */
function field(rule: FieldRule, star: number, other: number): fc.Arbitrary<string> {
  return fc.oneof({ arbitrary: fc.constant('*'), weight: star }, { arbitrary: list(rule), weight: other });
}

function list(rule: FieldRule): fc.Arbitrary<string> {
  return fc
    .oneof(
      { arbitrary: fc.array(element(rule), { minLength: 1, maxLength: 1 }), weight: 4 },
      { arbitrary: fc.array(element(rule), { minLength: 2, maxLength: 4 }), weight: 2 },
    )
    .map((elements) => elements.join(','));
}

function element(rule: FieldRule): fc.Arbitrary<string> {
  const value = fc.integer({ min: rule.low, max: rule.high });
  const write = fc.tuple(value, fc.integer({ min: 0, max: 3 })).map(([number, form]) => {
    const name = rule.names[number - rule.low];
    if (form === 0 && name !== undefined) return number % 2 === 0 ? name : name.toUpperCase();
    return form === 1 && number < 10 ? `0${number}` : String(number);
  });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 70 }));
  return fc.oneof(
    { arbitrary: write, weight: 6 },
    { arbitrary: range, weight: 2 },
    { arbitrary: fc.tuple(range, step).map(([text, by]) => `${text}/${by}`), weight: 2 },
    { arbitrary: step.map((by) => `*/${by}`), weight: 2 },
  );
}
