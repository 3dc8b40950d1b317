/** DETAILS: maintenance has a namespace of its own, so that it is in nobody's plan. */
export const maintenanceNamespace = 'rota';
