import { isRotaError, parseCron } from '@rota/core';
import fc from 'fast-check';

const field = (low: number, high: number): fc.Arbitrary<string> => {
  const value = fc.integer({ min: low, max: high });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: Math.min(high, 30) });
  const element = fc.oneof(
    { weight: 4, arbitrary: value.map(String) },
    { weight: 2, arbitrary: range },
    { weight: 1, arbitrary: fc.tuple(range, step).map(([text, by]) => `${text}/${by}`) },
    { weight: 1, arbitrary: step.map((by) => `*/${by}`) },
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: element },
    { weight: 2, arbitrary: fc.array(element, { minLength: 2, maxLength: 3 }).map((parts) => parts.join(',')) },
  );
};

const fires = (expression: string): boolean => {
  try {
    parseCron(expression);
    return true;
  } catch (error) {
    if (isRotaError(error)) return false;
    throw error;
  }
};

/** Five fields of Rota's grammar that fire at least once. */
export const cronExpression: fc.Arbitrary<string> = fc
  .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7))
  .map((fields) => fields.join(' '))
  .filter(fires);
