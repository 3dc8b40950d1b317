export {
  type HomeManagerInput,
  type HomeManagerModule,
  homeManagerModule,
} from './home-manager/home-manager-module.ts';
export { systemd } from './systemd.ts';
