/** The environment of a program that downloads: the test's own, with the certificates of the network that `vitest.config.ts` keeps from all others. */
export function downloadEnv(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { ROTA_TEST_EXTRA_CA_CERTS, ...rest } = env;
  return ROTA_TEST_EXTRA_CA_CERTS === undefined ? rest : { ...rest, NODE_EXTRA_CA_CERTS: ROTA_TEST_EXTRA_CA_CERTS };
}
