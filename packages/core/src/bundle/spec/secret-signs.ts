/** Paths that look like what makes a host or a service the one that it is; each with what it looks like. From the default places of the programs named. */
const signs: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)ssh_host_[a-z0-9]+_key$/, 'an SSH host key'],
  [/(^|\/)id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/, 'an SSH private key'],
  [/(^|\/)machine-id$/, 'a machine id'],
  [/(^|\/)(tailscaled\.state|derpmap\.cached\.json)$/, 'the node key of Tailscale'],
  [/(^|\/)wireguard\/.*\.(conf|key)$|(^|\/)wg\d+\.conf$/, 'a WireGuard key'],
  [/(^|\/)\.storage\/(auth|onboarding|cloud|core\.uuid)$/, 'accounts and tokens of Home Assistant'],
  [/(^|\/)(\.env|secrets?\.(ya?ml|json|env|toml)|credentials(\.json)?|\.netrc|\.pgpass|\.htpasswd)$/, 'a file of secrets'],
  [/\.(pem|key|p12|pfx|jks|keystore)$/i, 'a private key or a key store'],
  [/(^|\/)(.*[-_.])?tokens?(\.(json|txt|db))?$/i, 'a token'],
  [/(^|\/)(\.gnupg|private-keys-v1\.d)\//, 'a GnuPG key'],
];

const caches = /(^|\/)(\.?cache|caches|tmp|node_modules|__pycache__|thumbnails?)$/i;

/** All of them in one, which is asked of every file. */
const anySign = new RegExp(signs.map(([{ source }]) => source).join('|'), 'i');

/** What a file looks like by its path, if it looks like a key, a token or an id. */
export function secretSign(path: string): string | undefined {
  if (!anySign.test(path)) return undefined;
  return signs.find(([pattern]) => pattern.test(path))?.[1];
}

/** True for a folder that looks like a cache by its name. */
export function looksLikeCache(path: string): boolean {
  return caches.test(path);
}
