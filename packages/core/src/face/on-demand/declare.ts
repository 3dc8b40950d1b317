// Public functions whose bodies are loaded by the first call: loaded at once they would double the time that importing core takes.

/**
 * Reads a config or manifests, checks everything, and narrows the jobs to this host. Reads each file anew; changes nothing.
 *
 * @throws ROTA_DECLARATION_INVALID with every problem in `issues`; one bad manifest refuses the whole declaration.
 * @throws ROTA_CONFIG_NOT_FOUND when there is nothing to read.
 * @function
 */
export const loadDeclaration: typeof import('../../config/load-declaration.ts').loadDeclaration = async (...input) =>
  (await import('./bodies.ts')).loadDeclaration(...input);

/**
 * The same for who wants the problems as data.
 *
 * @throws ROTA_CONFIG_NOT_FOUND
 * @function
 */
export const attemptDeclaration: typeof import('../../config/load-declaration.ts').attemptDeclaration = async (...input) =>
  (await import('./bodies.ts')).attemptDeclaration(...input);

/**
 * Checks a declaration without throwing for bad input, a missing config included.
 *
 * @function
 */
export const validateDeclaration: typeof import('../../config/validate/validate-declaration.ts').validateDeclaration = async (
  ...input
) => (await import('./bodies.ts')).validateDeclaration(...input);

/**
 * A declaration of jobs that a program holds as values, without a config or a file. They are the namespace's complete declaration: a job that
 * is left out is planned for removal.
 *
 * @throws ROTA_DECLARATION_INVALID with every problem in `issues`.
 * @function
 */
export const declarationOf: typeof import('../../config/declaration-of.ts').declarationOf = async (...input) =>
  (await import('./bodies.ts')).declarationOf(...input);

/**
 * Reads the manifests of a file: one or several YAML documents, every problem at once, each with line and column.
 * Touches no file: `file` is a name for messages. An empty text is an issue. The context comes from `jobContext`.
 *
 * @function
 */
export const parseManifests: typeof import('../../job/read/parse-manifests.ts').parseManifests = async (...input) =>
  (await import('./bodies.ts')).parseManifests(...input);

/**
 * Everything that recurs on this machine and is not of Rota.
 *
 * @function
 */
export const readInventory: typeof import('../../import/read-inventory.ts').readInventory = async (...input) =>
  (await import('./bodies.ts')).readInventory(...input);

/** Foreign entries as declarations, each with what could not be carried over. */
export async function declareEntries(
  ...input: Parameters<typeof import('../../import/declare-entries.ts').declareEntries>
): Promise<ReturnType<typeof import('../../import/declare-entries.ts').declareEntries>> {
  return (await import('./bodies.ts')).declareEntries(...input);
}
