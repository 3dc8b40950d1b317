import type { Backend } from '../backend/backend.ts';

const apiVersion: Backend['apiVersion'] = 1;
const members = ['capabilities', 'detect', 'compile', 'list', 'apply'] as const satisfies readonly (keyof Backend)[];

/** What types cannot hold a plugin in plain JavaScript to, told when it is set up instead of when a plan asks. @throws Error that says what is wrong */
export function checkBackend(backend: Backend): void {
  const { name, dialects }: Partial<Backend> = backend;
  if (typeof name !== 'string' || name === '') throw new Error('a backend has no `name`.');
  if (backend.apiVersion !== apiVersion) {
    const version = String(backend.apiVersion ?? 'none');
    throw new Error(
      `the backend "${name}" is written for version ${version} of the backend contract; this Rota speaks ${apiVersion}. Update the one that is older.`,
    );
  }
  const missing = members.filter((member) => typeof backend[member] !== 'function');
  if (missing.length > 0)
    throw new Error(`the backend "${name}" has no function ${missing.map((one) => `\`${one}\``).join(', ')}.`);
  if (!Array.isArray(dialects) || dialects.length === 0)
    throw new Error(`the backend "${name}" names no dialect; with one kind of scheduler: \`dialects: [{ name: '${name}' }]\`.`);
}
