import { ArrayList, ComFailure, nothing, type World } from './power-shell-values.fixture.ts';

/** `value.name`: of `$null`, and of what has no such member, it is `$null`. Names are found in either case. */
export function getMember(value: unknown, name: string): unknown {
  if (value === null || value === undefined) return null;
  const wanted = name.toLowerCase();
  if (value instanceof Map) return [...value].find(([key]) => String(key).toLowerCase() === wanted)?.[1] ?? null;
  if (Array.isArray(value) || typeof value === 'string') {
    if (wanted === 'count' || wanted === 'length') return value.length;
    throw new Error(`This interpreter knows no ${name} of an array or a text.`);
  }
  if (value instanceof ArrayList && wanted === 'count') return value.items.length;
  if (typeof value !== 'object') throw new Error(`This interpreter knows no ${name} of ${typeof value}.`);
  const key = keyOf(value, wanted);
  return key === undefined ? null : throwing(() => (value as Record<string, unknown>)[key] ?? null);
}

/** `value.name = other`. */
export function setMember(value: unknown, name: string, other: unknown): void {
  if (value instanceof Map) {
    const known = [...value.keys()].find((key) => String(key).toLowerCase() === name.toLowerCase());
    value.set(known ?? name, other);
    return;
  }
  const key = typeof value === 'object' && value !== null ? keyOf(value, name.toLowerCase()) : undefined;
  if (key === undefined) throw new Error(`There is no ${name} to be set.`);
  throwing(() => {
    (value as Record<string, unknown>)[key] = other;
  });
}

/** `value.name(args)`; `nothing` for a method without an answer. */
export function callMethod(value: unknown, name: string, args: readonly unknown[]): unknown {
  if (typeof value === 'string') return ofText(value, name, args);
  if (typeof value !== 'object' || value === null) throw new Error(`You cannot call ${name} on a null-valued expression.`);
  const key = keyOf(value, name.toLowerCase());
  const method = key === undefined ? undefined : (value as Record<string, unknown>)[key];
  if (typeof method !== 'function') throw new Error(`There is no method ${name}.`);
  const answer: unknown = throwing(() => method.apply(value, args));
  return answer === undefined ? nothing : answer;
}

function throwing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ComFailure ? error.thrown() : error;
  }
}

function keyOf(value: object, wanted: string): string | undefined {
  for (let at: object | null = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyNames(at).find((key) => key.toLowerCase() === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ofText(text: string, name: string, args: readonly unknown[]): unknown {
  const [first, second] = args;
  switch (name.toLowerCase()) {
    case 'lastindexof':
      return text.lastIndexOf(String(first));
    case 'substring':
      return second === undefined ? text.slice(Number(first)) : text.slice(Number(first), Number(first) + Number(second));
    case 'split':
      return text.split(String(first));
    case 'trim': {
      if (first === undefined) return text.trim();
      const mark = String(first);
      let [from, to] = [0, text.length];
      while (from < to && text[from] === mark) from++;
      while (to > from && text[to - 1] === mark) to--;
      return text.slice(from, to);
    }
    default:
      throw new Error(`This interpreter knows no method ${name} of a text.`);
  }
}

/** `[type]::name`. */
export function getStatic(world: World, type: string, name: string): unknown {
  switch (`${type}::${name.toLowerCase()}`) {
    case 'text.encoding::utf8':
      return {
        GetString: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8'),
        GetBytes: (text: string) => Buffer.from(text, 'utf8'),
      };
    case 'console::in':
      return { ReadToEnd: () => world.stdin };
    case 'console::out':
      return { Write: (text: string) => void world.printed.push(text) };
    default:
      throw new Error(`This interpreter knows no [${type}]::${name}.`);
  }
}

/** `[type]::name(args)`. */
export function callStatic(world: World, type: string, name: string, args: readonly unknown[]): unknown {
  switch (`${type}::${name.toLowerCase()}`) {
    case 'convert::frombase64string':
      return Buffer.from(String(args[0]), 'base64');
    case 'convert::tobase64string':
      return Buffer.from(args[0] as Uint8Array).toString('base64');
    case 'security.principal.windowsidentity::getcurrent':
      return { User: { Value: world.user.sid }, Name: world.user.name };
    default:
      throw new Error(`This interpreter knows no [${type}]::${name}().`);
  }
}

/** `[type]value`. COM gives times as those of the machine, without saying so. */
export function castTo(type: string, value: unknown): unknown {
  switch (type) {
    case 'void':
      return nothing;
    case 'int':
    case 'int64':
      return Math.trunc(Number(value));
    case 'char':
      return String.fromCharCode(Number(value));
    case 'datetimeoffset':
      return { ToUnixTimeSeconds: () => Math.floor((value as { readonly epochMs: number }).epochMs / 1000) };
    default:
      throw new Error(`This interpreter knows no cast to [${type}].`);
  }
}
