import { backendConformance } from '@rota/core/testing';
import { describe, it } from 'vitest';
import { kitOptions } from './kit-options.ts';
import { memoryBackend } from './memory-backend.ts';

backendConformance({ describe, it }, kitOptions(memoryBackend));
