import { defineConfig } from 'vitest/config';

// One of its own: else that of a folder above it would be taken, such as a checkout of Rota.
export default defineConfig({});
