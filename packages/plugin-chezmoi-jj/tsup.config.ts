import { defineConfig } from 'tsup';
import { base } from '../../tsup.base.ts';

// The runner imports the channel by itself.
export default defineConfig({ ...base, entry: ['src/index.ts', 'src/matrix-channel.js'], dts: { entry: 'src/index.ts' } });
