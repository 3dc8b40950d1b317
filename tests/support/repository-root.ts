import { fileURLToPath } from 'node:url';

/** The root folder of the checkout, with a trailing slash. */
export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));
