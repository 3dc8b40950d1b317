type CleanUp = () => void | Promise<void>;

const pending: CleanUp[] = [];

/** Runs `cleanUp` when the current test file has ended, in reverse order of registration; callable from tests and hooks alike. */
export const afterFile = (cleanUp: CleanUp): void => {
  pending.push(cleanUp);
};

/** Runs what `afterFile` collected. Every clean-up is tried; the first error is thrown at the end. */
export const cleanUpFile = async (): Promise<void> => {
  const errors: unknown[] = [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    try {
      await next();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
};
