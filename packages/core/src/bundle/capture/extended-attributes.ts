import { isRotaError } from '../../errors/rota-error.ts';
import type { ProcessRunner } from '../../host/process-runner.ts';
import { bytesOfName, nameOfBytes } from '../format/file-name.ts';

/** Extended attributes by absolute path; values in base64. */
export type AttributesByPath = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** What a restore may set: capabilities of programs and labels of the host belong to the host that has them. */
const portable = /^(user\.|system\.posix_acl_(access|default)$)/;

/** Reads the extended attributes below a path with getfattr(1); `undefined` where it is not installed. */
export async function readAttributes(run: ProcessRunner, root: string): Promise<AttributesByPath | undefined> {
  try {
    const { stdout } = await run({
      file: 'getfattr',
      args: ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'base64', '--absolute-names', '--', root],
      encoding: 'latin1',
    });
    return parseDump(stdout);
  } catch (error) {
    if (isRotaError(error) && error.code === 'ROTA_COMMAND_MISSING') return undefined;
    throw error;
  }
}

/** Sets extended attributes with setfattr(1), which reads what getfattr prints. Resolves to what went wrong, if anything did. */
export async function writeAttributes(run: ProcessRunner, attributes: AttributesByPath): Promise<string | undefined> {
  const dump: Buffer[] = [];
  for (const [path, values] of attributes) {
    dump.push(Buffer.from('# file: '), escaped(bytesOfName(path)), Buffer.from('\n'));
    for (const [name, value] of Object.entries(values)) dump.push(escaped(bytesOfName(name)), Buffer.from(`=0s${value}\n`));
    dump.push(Buffer.from('\n'));
  }
  try {
    const result = await run({ file: 'setfattr', args: ['-h', '--restore=-'], input: Buffer.concat(dump) });
    return result.exitCode === 0 ? undefined : result.stderr.trim();
  } catch (error) {
    if (isRotaError(error) && error.code === 'ROTA_COMMAND_MISSING') return 'setfattr is not installed';
    throw error;
  }
}

function parseDump(dump: string): AttributesByPath {
  const found = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of dump.split('\n')) {
    if (line.startsWith('# file: ')) {
      current = {};
      found.set(nameOfBytes(unescaped(line.slice(8))), current);
      continue;
    }
    const match = /^([^=]+)(?:=0s(.*))?$/.exec(line);
    const name = match?.[1] === undefined ? '' : nameOfBytes(unescaped(match[1]));
    if (portable.test(name)) current[name] = match?.[2] ?? '';
  }
  for (const [path, values] of found) if (Object.keys(values).length === 0) found.delete(path);
  return found;
}

/** getfattr writes control characters, `\` and `=` of names as three octal digits. */
function unescaped(text: string): Buffer {
  return Buffer.from(
    text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    'latin1',
  );
}

function escaped(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes
      .toString('latin1')
      .replaceAll(/[\0-\x1f\x7f\\=]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`),
    'latin1',
  );
}
