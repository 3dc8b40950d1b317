// Writes what each package exports, as text: `npm run api`; with `--check` it only says which reports are stale. A change of the public face shows in the diff of
// `packages/NAME/api.md`, so that nobody breaks it without seeing it.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** Entry points by the package that publishes them. */
const packages = {
  core: { '@rota/core': 'src/index.ts', '@rota/core/testing': 'src/testing/index.ts' },
  'backend-systemd': { '@rota/backend-systemd': 'src/index.ts' },
  'backend-cron': { '@rota/backend-cron': 'src/index.ts' },
  'backend-taskscheduler': { '@rota/backend-taskscheduler': 'src/index.ts' },
  'plugin-nix-update': { '@rota/plugin-nix-update': 'src/index.ts' },
  'plugin-chezmoi-jj': { '@rota/plugin-chezmoi-jj': 'src/index.ts' },
};

const printer = ts.createPrinter({ removeComments: true });

/** The reports of all packages, as `[file, text]`. */
export function apiReports() {
  const { config } = ts.readConfigFile(path('tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, path(''));
  const entries = Object.entries(packages).flatMap(([name, faces]) =>
    Object.entries(faces).map(([face, file]) => ({ name, face, file: path(`packages/${name}/${file}`) })),
  );
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { ...options, noEmit: true },
  );
  const checker = program.getTypeChecker();
  return Object.keys(packages).map((name) => {
    const faces = entries.filter((entry) => entry.name === name).map(({ face, file }) => faceText(checker, program, face, file));
    return [`packages/${name}/api.md`, `# What it exports\n\nMade by \`npm run api\` from the code.\n\n${faces.join('\n')}`];
  });
}

function faceText(checker, program, face, file) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const exported = checker
    .getExportsOfModule(module)
    .map((symbol) => ({ name: symbol.name, target: resolved(checker, symbol) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = exported.map(({ name, target }) => declarationText(checker, name, target));
  return `## ${face}\n\n\`\`\`ts\n${lines.join('\n\n')}\n\`\`\`\n`;
}

function resolved(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function declarationText(checker, name, symbol) {
  return (symbol.declarations ?? [])
    .map((declaration) => {
      if (ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration)) {
        return printer.printNode(ts.EmitHint.Unspecified, declaration, declaration.getSourceFile());
      }
      const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
      const signatures = type.getCallSignatures();
      if (ts.isClassDeclaration(declaration)) return classText(checker, name, symbol);
      if (signatures.length > 0 && type.getProperties().length === 0)
        return signatures.map((signature) => `function ${name}${checker.signatureToString(signature)};`).join('\n');
      return `const ${name}: ${checker.typeToString(type, undefined, ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope)};`;
    })
    .filter((text, index, all) => all.indexOf(text) === index)
    .join('\n');
}

function classText(checker, name, symbol) {
  const members = checker
    .getDeclaredTypeOfSymbol(symbol)
    .getProperties()
    .map((member) => `  ${member.name}: ${checker.typeToString(checker.getTypeOfSymbol(member))};`);
  return `class ${name} {\n${members.join('\n')}\n}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of apiReports()) {
    if (text === read(file)) continue;
    if (process.argv.includes('--check')) {
      console.error(`${file} is stale. Run: npm run api`);
      process.exitCode = 1;
    } else {
      writeFileSync(path(file), text);
      console.log(`wrote ${file}`);
    }
  }
}

function read(file) {
  try {
    return readFileSync(path(file), 'utf8');
  } catch {
    return undefined;
  }
}
