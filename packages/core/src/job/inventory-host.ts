/** A machine of the inventory, `hosts` of a config. */
export interface InventoryHost {
  /** As the host calls itself: the `hostname` of its host file, else its own short name. */
  readonly name: string;
  /** Labels that the host has beside those of its host file, which win. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where ssh reaches it: `[USER@]HOST`. @default its name */
  readonly address?: string;
  /** The ring in which it takes updates: its label `ring`, unless there is one. */
  readonly ring?: string;
}
