/** DETAILS: maintenance and the sync jobs have namespaces of their own, which no config and no repository declares. */
export const reservedNamespaces: ReadonlySet<string> = new Set(['rota', 'rota-sync']);
