/** Does a piece of work; `what` names it. Answers nothing when it failed. */
export type ByItself = <T>(what: string, work: () => T) => T | undefined;

/** For pieces of work that are done again and again: one that fails keeps none of the others from being done. It is told when it begins to fail, not each time. */
export function eachByItself(onProblem: (message: string) => void): ByItself {
  const failing = new Map<string, string>();
  return (what, work) => {
    try {
      const result = work();
      failing.delete(what);
      return result;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (failing.get(what) !== message) onProblem(`${what}: ${message}`);
      failing.set(what, message);
      return undefined;
    }
  };
}
