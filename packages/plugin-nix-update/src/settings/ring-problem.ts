interface Rings {
  readonly rings: readonly { readonly name: string }[];
  readonly fleet?: { readonly ring?: string | undefined } | undefined;
}

/** Why a host could never take part in its rings, with the way out; `null` when it can. */
export function ringProblem({ rings, fleet }: Rings): string | null {
  const names = rings.map(({ name }) => name);
  if (names.length > 0 && fleet === undefined)
    return "rings wait for what the hosts before them publish, and no `fleet` says where. Add `fleet: { repository: 'ADDRESS' }`, or leave `rings` out.";
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `two rings are called "${twice}". A host would not know which is its own: rename one.`;
  const ring = fleet?.ring;
  if (ring === undefined || names.includes(ring)) return null;
  return names.length === 0
    ? `this host is in the ring "${ring}", and there are no rings. Name them in \`rings\`, in their order, or leave \`fleet.ring\` out.`
    : `there is no ring "${ring}"; there are ${names.join(', ')}. Correct \`fleet.ring\`, or the label \`ring\` of the host file or of \`hosts\`.`;
}
