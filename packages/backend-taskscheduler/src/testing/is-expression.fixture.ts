import { defineSchedule } from '@rota/core';

/** Whether random text is an expression that fires. */
export function isExpression(expression: string): boolean {
  try {
    defineSchedule(expression, 'UTC');
    return true;
  } catch {
    return false;
  }
}
