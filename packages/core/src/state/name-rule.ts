import { RotaError } from '../errors/rota-error.ts';

/** What a job, a tenant and a namespace may be called. */
export const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** The longest name, in characters. */
export const nameLength = 63;

export const nameRule = `a name of at most ${nameLength} characters: lower-case letters, digits and "-", with a letter or digit first and last`;

/** Whether a folder of the state can be that of a namespace. */
export function isNamespace(name: string): boolean {
  return name.length <= nameLength && namePattern.test(name);
}

/** The name itself, for a path that must not lead elsewhere. @throws ROTA_FIELD_VALUE */
export function checkedNamespace(name: string): string {
  if (isNamespace(name)) return name;
  throw new RotaError('ROTA_FIELD_VALUE', `${JSON.stringify(name)} is no namespace. Expected ${nameRule}. Nothing was changed.`, {
    suggestions: ['For example: --namespace default'],
  });
}
