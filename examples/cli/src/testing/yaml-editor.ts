import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node.js';

const server = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');

/** A place in a text, as editors count: from zero. */
interface Position {
  readonly line: number;
  readonly character: number;
}

interface Problem {
  readonly message: string;
  readonly range: { readonly start: Position };
}

/** An editor with one YAML file open, as the YAML extensions of VS Code, Neovim and others have it: by the same language server. */
export interface YamlEditor {
  /** Types this text instead of all there is, and gives what the editor then underlines. */
  type(text: string): Promise<readonly Problem[]>;
  /** What the editor offers at the place. */
  completions(at: Position): Promise<readonly string[]>;
  /** What the editor shows of the word at the place. */
  hover(at: Position): Promise<string>;
}

/** Opens the file at the path, which need not hold yet what is typed. It is closed at the end of the test. */
export async function openYamlEditor(path: string): Promise<YamlEditor> {
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill());
  const wire = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const uri = pathToFileURL(path).href;
  let underlined: (problems: readonly Problem[]) => void = () => {};
  let version = 0;
  wire.onNotification('textDocument/publishDiagnostics', (params: { uri: string; diagnostics: readonly Problem[] }) => {
    if (params.uri === uri) underlined(params.diagnostics);
  });
  // The schema is a file beside the manifest: no setting, and nothing from the network.
  wire.onRequest('workspace/configuration', ({ items }: { items: readonly { section?: string }[] }) =>
    items.map(({ section }) =>
      section === 'yaml' ? { validate: true, hover: true, completion: true, schemaStore: { enable: false } } : {},
    ),
  );
  wire.onRequest('client/registerCapability', () => null);
  wire.listen();
  const capabilities = {
    textDocument: { completion: { completionItem: { snippetSupport: true } }, hover: { contentFormat: ['markdown'] } },
    workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
  };
  await wire.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities });
  await wire.sendNotification('initialized', {});
  const at = (position: Position) => ({ textDocument: { uri }, position });
  return {
    async type(text) {
      const problems = new Promise<readonly Problem[]>((resolve) => {
        underlined = resolve;
      });
      version += 1;
      if (version === 1) {
        await wire.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version, text } });
      } else {
        await wire.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
      }
      return await problems;
    },
    async completions(position) {
      const { items } = await wire.sendRequest<{ items: readonly { label: string }[] }>('textDocument/completion', at(position));
      return items.map(({ label }) => label);
    },
    async hover(position) {
      const shown = await wire.sendRequest<{ contents: { value: string } } | null>('textDocument/hover', at(position));
      return shown?.contents.value ?? '';
    },
  };
}
