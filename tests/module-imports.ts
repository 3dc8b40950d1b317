import { readFileSync } from 'node:fs';
import ts from 'typescript';

export interface ModuleImport {
  readonly specifier: string;
  /** `type`: erased; `static`: loaded with the module; `dynamic`: loaded when a function asks for it. */
  readonly kind: 'type' | 'static' | 'dynamic';
}

const textOf = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;

const importOf = (node: ts.Node): { specifier: string | undefined; kind: ModuleImport['kind'] } | undefined => {
  if (ts.isImportDeclaration(node)) {
    return { specifier: textOf(node.moduleSpecifier), kind: node.importClause?.isTypeOnly ? 'type' : 'static' };
  }
  if (ts.isExportDeclaration(node)) return { specifier: textOf(node.moduleSpecifier), kind: node.isTypeOnly ? 'type' : 'static' };
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { specifier: textOf(node.arguments[0]), kind: 'dynamic' };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: textOf(node.argument.literal), kind: 'type' };
  }
  return undefined;
};

/** Every import and re-export of a module, in the order of the text. Imports of computed names are not seen. */
export const moduleImports = (file: string): readonly ModuleImport[] => {
  const imports: ModuleImport[] = [];
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found?.specifier !== undefined) imports.push({ specifier: found.specifier, kind: found.kind });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, false));
  return imports;
};
