import { ArrayList, nothing, Thrown, type World } from './power-shell-values.fixture.ts';

interface Word {
  readonly parameter?: string;
  readonly value?: unknown;
}

/** `ConvertFrom-Json` of Windows PowerShell 5.1 takes no more (JavaScriptSerializer.MaxJsonLength; fox-it/Invoke-ACLPwn#6). */
const mostJson = 2_097_152;

/** The commands that the script of Rota calls. */
export function callCommand(world: World, name: string, words: readonly Word[]): readonly unknown[] {
  const named = (parameter: string): unknown => {
    const at = words.findIndex((word) => word.parameter?.toLowerCase() === parameter);
    return at < 0 ? undefined : words[at + 1]?.value;
  };
  switch (name.toLowerCase()) {
    case 'new-object': {
      const com = named('-comobject');
      if (com !== undefined) return [world.comObject(String(com))];
      if (String(words[0]?.value).toLowerCase() === 'system.collections.arraylist') return [new ArrayList()];
      break;
    }
    case 'convertfrom-json': {
      const text = String(named('-inputobject'));
      if (text.length > mostJson)
        throw Thrown.saying('The length of the string exceeds the value set on the maxJsonLength property.');
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) ? value : [value];
    }
    case 'convertto-json':
      return [JSON.stringify(plain(named('-inputobject'), Number(named('-depth') ?? 2)))];
  }
  throw new Error(`This interpreter knows no command ${name} of this kind.`);
}

/** Below its depth, ConvertTo-Json writes the name of a type. */
function plain(value: unknown, depth: number): unknown {
  if (value === nothing || value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth < 0) return 'System.Collections.Hashtable';
  if (Array.isArray(value)) return value.map((one) => plain(one, depth - 1));
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [key, plain(one, depth - 1)]));
  throw new Error('This interpreter writes no such object as JSON.');
}
