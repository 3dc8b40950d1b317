/** Why a connection failed, in words. Where a name has several addresses Node tells of each, and says nothing itself. */
export function connectionWords(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(connectionWords).join(', ');
  return cause instanceof Error ? cause.message : String(cause);
}
