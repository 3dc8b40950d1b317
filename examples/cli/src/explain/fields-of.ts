/** A field of a JSON Schema, by its dotted path. */
export interface FieldInfo {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly description?: string;
}

/** Every named field of a JSON Schema of objects, at any depth, of the members of lists and of alternatives as well. */
export function fieldsOf(schema: object): ReadonlyMap<string, FieldInfo> {
  const fields = new Map<string, FieldInfo>();
  collect(schema, '', schema, fields);
  return fields;
}

function collect(schema: unknown, path: string, root: object, fields: Map<string, FieldInfo>): void {
  const node = resolve(schema, root);
  if (node === undefined) return;
  if (node.items !== undefined) collect(node.items, path, root, fields);
  for (const part of listOf(node.allOf)) collect(part, path, root, fields);
  const alternatives = [...listOf(node.anyOf), ...listOf(node.oneOf)].map((alternative) => {
    const found = new Map<string, FieldInfo>();
    collect(alternative, path, root, found);
    return found;
  });
  for (const [name, field] of merged(alternatives.filter(({ size }) => size > 0))) if (!fields.has(name)) fields.set(name, field);
  const required = listOf(node.required);
  for (const [name, child] of Object.entries(recordOf(node.properties) ?? {})) {
    const childPath = path === '' ? name : `${path}.${name}`;
    const childNode = resolve(child, root);
    if (childNode === undefined || fields.has(childPath)) continue;
    const description = typeof childNode.description === 'string' ? childNode.description : undefined;
    fields.set(childPath, {
      path: childPath,
      type: typeOf(childNode, root),
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
    });
    collect(childNode, childPath, root, fields);
  }
}

/** A field of several alternatives has the type that it has in any of them, and is required where it is in all. */
function merged(alternatives: readonly ReadonlyMap<string, FieldInfo>[]): ReadonlyMap<string, FieldInfo> {
  const fields = new Map<string, FieldInfo>();
  for (const [name, field] of alternatives.flatMap((found) => [...found])) {
    const known = fields.get(name);
    const types = new Set([...(known?.type.split(' | ') ?? []), ...field.type.split(' | ')]);
    const isRequired = alternatives.every((found) => found.get(name)?.required ?? false);
    fields.set(name, { ...field, ...known, type: [...types].join(' | '), required: isRequired });
  }
  return fields;
}

function typeOf(node: Readonly<Record<string, unknown>>, root: object): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (Array.isArray(node.enum)) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = [...listOf(node.anyOf), ...listOf(node.oneOf)]
    .map((part) => resolve(part, root))
    .filter((part) => part !== undefined);
  if (alternatives.length > 0) return [...new Set(alternatives.map((part) => typeOf(part, root)))].join(' | ');
  if (node.type === 'array') {
    const items = resolve(node.items, root);
    return items === undefined ? 'list' : `list of ${typeOf(items, root)}`;
  }
  if (node.type === 'object') return recordOf(node.properties) === undefined ? 'map' : 'object';
  return typeof node.type === 'string' ? node.type : 'any';
}

function resolve(schema: unknown, root: object): Readonly<Record<string, unknown>> | undefined {
  const node = recordOf(schema);
  const reference = node?.$ref;
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return node;
  let target: unknown = root;
  for (const part of reference.slice(2).split('/')) target = recordOf(target)?.[part];
  return recordOf(target);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
