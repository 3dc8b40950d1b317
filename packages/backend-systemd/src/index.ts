export { systemd } from './systemd.ts';
