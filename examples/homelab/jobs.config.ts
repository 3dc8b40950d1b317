import { homedir } from 'node:os';
import { defineConfig } from '@rota/core';
import { chezmoiJj } from '@rota/plugin-chezmoi-jj';
import { nixUpdate } from '@rota/plugin-nix-update';
import { cronTable } from './cron-table.ts';
import { services } from './services.ts';

/** Where the services keep their state. */
const root = process.env.HOMELAB_ROOT ?? '/srv';

// What the host file says of a machine decides what it gets: labels: {nix: yes, dotfiles: yes}
export default defineConfig(({ labels }) => ({
  namespace: 'homelab',
  tenant: 'home',
  plugins: [
    nixUpdate({ enable: labels.nix === 'yes', flakePath: '/etc/nixos', operation: 'switch', reboot: 'if-needed' }),
    chezmoiJj({ enable: labels.dotfiles === 'yes', repoUrl: 'git@git.example.org:ann/dotfiles.git' }),
  ],
  jobs: [...cronTable(process.env.HOMELAB_APP ?? homedir()), ...services(root)],
}));
