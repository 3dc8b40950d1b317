interface RingSchedules {
  readonly schedule: string;
  readonly rings: readonly { readonly name: string; readonly schedule?: string | undefined }[];
  readonly fleet?: { readonly ring?: string | undefined } | undefined;
}

/** When this host updates: by the schedule of its ring, where that has one. Who is in no named ring is in the first. */
export function ringSchedule({ schedule, rings, fleet }: RingSchedules): string {
  const own = fleet?.ring === undefined ? rings[0] : rings.find(({ name }) => name === fleet.ring);
  return own?.schedule ?? schedule;
}
