/** A plugin of Rota's own that a person may ask for before the config has it. */
export interface KnownPlugin {
  readonly command: string;
  readonly summary: string;
  readonly package: string;
  /** The function that a config calls. */
  readonly exported: string;
}

export const knownPlugins: readonly KnownPlugin[] = [
  {
    command: 'nix',
    summary: 'keep a Nix machine up to date',
    package: '@rota/plugin-nix-update',
    exported: 'nixUpdate',
  },
  {
    command: 'chezmoi',
    summary: 'keep dotfiles in step across hosts',
    package: '@rota/plugin-chezmoi-jj',
    exported: 'chezmoiJj',
  },
];
