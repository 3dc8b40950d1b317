import type { Issue } from '../errors/issue.ts';
import { RotaError } from '../errors/rota-error.ts';

/** One error for all problems of a declaration; its place is that of the first. */
export function declarationError(issues: readonly Issue[]): RotaError {
  const errors = issues.filter((issue) => issue.severity === 'error');
  const [first] = errors;
  const message =
    errors.length === 1 && first !== undefined
      ? first.message
      : `The declaration has ${errors.length} problems. The first: ${first?.message ?? ''}`;
  return new RotaError('ROTA_DECLARATION_INVALID', message, {
    place: first?.file === undefined ? undefined : placeOf(first, first.file),
    issues,
    suggestions: errors.flatMap(({ suggestion }) => (suggestion === undefined ? [] : [suggestion])),
  });
}

function placeOf({ line, column }: Issue, file: string) {
  return { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
}
