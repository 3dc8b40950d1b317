/** A problem inside a cron expression, before it becomes a `RotaError`. Columns count from 1 over the whole expression. */
export class SyntaxProblem extends Error {
  readonly column: number;
  readonly suggestion: string | undefined;

  constructor(column: number, message: string, suggestion?: string) {
    super(message);
    this.column = column;
    this.suggestion = suggestion;
  }
}
