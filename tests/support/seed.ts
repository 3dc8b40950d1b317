/**
 * Where random tests begin: `ROTA_SEED`; in CI always the same, so that a tree that passed passes again; elsewhere another at every
 * run, which is how new cases are found.
 */
export const testSeed = Number(process.env.ROTA_SEED ?? (process.env.CI === undefined ? Date.now() % 0x7fff_ffff : 20_261_129));
