/**
 * What Node itself reads as it starts. A value that was meant for a job (an option that this Node does not know, a module that is gone, a folder that
 * cannot be made) would end the runner before it can record anything, or hang it, so the launcher sets these aside and the runner gives them to the
 * job. Those that a check-in may need to reach its endpoint (NODE_EXTRA_CA_CERTS, NODE_USE_SYSTEM_CA, NODE_USE_ENV_PROXY, OPENSSL_CONF) stay.
 */
export const nodeVariables = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_V8_COVERAGE',
  'NODE_COMPILE_CACHE',
  'NODE_CHANNEL_FD',
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_ICU_DATA',
  'NODE_PENDING_DEPRECATION',
  'NODE_REDIRECT_WARNINGS',
] as const;

/** Under which name the launcher keeps such a variable for the job. */
export function keptName(name: string): string {
  return `ROTA_KEPT_${name}`;
}
