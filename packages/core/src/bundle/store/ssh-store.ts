import { join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import { type ProgramStreams, runProgram } from '../service/run-program.ts';
import { type SshPlace, sshFailed, sshScript } from '../ssh-command.ts';
import { type BundleStore, oldestFirst, type Sidecar } from './bundle-store.ts';
import { parseSidecar, printSidecar, sidecarSuffix } from './sidecar-text.ts';

// Every script runs in the store's folder; `$1` is that folder. sync(1) takes files in coreutils and is without arguments elsewhere.
const enter = 'set -eu; umask 077; cd -- "$1"; flush() { sync -- "$@" 2>/dev/null || sync; }';

const scripts = {
  /** The bundle is renamed into place last, when all of it has arrived with the right checksum and its sidecar is there. */
  put: `mkdir -p -- "$1"; ${enter}
partial=".$2.partial.$$"; trap 'rm -f -- "./$partial" "./$partial.json"' EXIT; trap 'exit 1' HUP INT TERM
cat >"./$partial"
[ "$(wc -c <"./$partial")" -eq "$3" ] || { echo 'not all of it arrived' >&2; exit 65; }
if command -v sha256sum >/dev/null; then
  [ "$(sha256sum <"./$partial" | cut -d' ' -f1)" = "$4" ] || { echo 'what arrived is not what was sent' >&2; exit 65; }
fi
printf '%s' "$5" >"./$partial.json"
flush "./$partial" "./$partial.json"
mv -f -- "./$partial.json" "./$2${sidecarSuffix}"
mv -f -- "./$partial" "./$2"
flush .`,
  /** What another process removes meanwhile is passed over. */
  list: `[ -d "$1" ] || exit 0; ${enter}
for file in ./*${sidecarSuffix}; do
  if [ -f "$file" ] && [ -f "\${file%${sidecarSuffix}}" ]; then printf '%s\\036' "$file"; cat -- "$file" || [ ! -e "$file" ]; printf '\\036'; fi
done`,
  fetch: `${enter}; exec cat -- "./$2"`,
  update: `${enter}; [ -f "./$2" ] || exit 0; temporary="./.$2.json.$$"
printf '%s' "$3" >"$temporary"; flush "$temporary"; mv -f -- "$temporary" "./$2${sidecarSuffix}"; flush .`,
  remove: `[ -d "$1" ] || exit 0; ${enter}; shift; for file do rm -f -- "./$file"; rm -f -- "./$file${sidecarSuffix}"; done`,
} as const;

/**
 * Bundles in a folder of another machine, reached by the system's own ssh(1) with its keys and its ssh_config(5). The account there needs
 * sh(1) and the tools of POSIX, and no Rota.
 */
export function sshStore(place: SshPlace, folder: string): BundleStore {
  const where = `${place.host}:${folder}`;
  async function far(script: keyof typeof scripts, args: readonly string[], streams: ProgramStreams = {}): Promise<string> {
    const end = await runProgram('ssh', sshScript(place, scripts[script], [folder, ...args]), streams);
    if (end.exitCode === 0) return end.stdout;
    const said = end.stderr.trim().split('\n').slice(-3).join(' ');
    throw end.exitCode === sshFailed
      ? new RotaError('ROTA_BUNDLE_STORE', `The bundle store ${where} cannot be reached: ${said}`, {
          suggestions: [`Try: ssh -o BatchMode=yes ${place.host} true`],
        })
      : new RotaError('ROTA_BUNDLE_STORE', `The bundle store ${where} failed (${end.exitCode ?? end.signal}): ${said}`);
  }
  const list = async (): Promise<readonly Sidecar[]> => {
    const fields = (await far('list', [])).split('\x1e');
    const found: Sidecar[] = [];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const sidecar = parseSidecar(fields[at + 1]);
      if (sidecar !== undefined && `./${sidecar.file}${sidecarSuffix}` === fields[at]) found.push(sidecar);
    }
    return oldestFirst(found);
  };
  return {
    kind: 'ssh',
    place: where,
    placeOf: ({ file }) => `${where}/${file}`,
    async put({ file }, sidecar) {
      const { file: name, size, sha256 } = sidecar;
      await far('put', [name, String(size), sha256, printSidecar(sidecar)], { input: file });
      return sidecar;
    },
    list,
    async fetch(bundle, to) {
      const path = join(to, bundle.file);
      await far('fetch', [bundle.file], { output: path });
      return path;
    },
    update: async (bundle) => void (await far('update', [bundle.file, printSidecar(bundle)])),
    async remove(bundles) {
      const ours = new Set((await list()).map(({ id }) => id));
      const files = bundles.filter(({ id }) => ours.has(id)).map(({ file }) => file);
      if (files.length > 0) await far('remove', files);
    },
  };
}
