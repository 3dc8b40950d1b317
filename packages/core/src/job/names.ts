import { nameLength, namePattern, nameRule } from '../state/name-rule.ts';

/**
 * Names that Windows keeps for devices, with any extension: a task or file of that name cannot be made.
 * Source: "Naming Files, Paths, and Namespaces" of the Windows documentation.
 */
const deviceNames = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

/** Why a name cannot be used on this platform; `undefined` when it can. */
export function nameProblem(name: string, platform: string): string | undefined {
  if (name.length > nameLength || !namePattern.test(name)) return `"${name}" cannot be used. Expected ${nameRule}.`;
  if (platform === 'win32' && deviceNames.test(name)) return `"${name}" is the name of a device on Windows. Choose another.`;
  return undefined;
}

/** The nearest valid name, where one can be made from the text. */
export function nameSuggestion(text: string): string | undefined {
  const made = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, nameLength)
    .replaceAll(/^-+|-+$/g, '');
  return namePattern.test(made) && made !== text ? made : undefined;
}
