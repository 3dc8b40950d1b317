// Loaded into a Node program with `--import`: its wall clock begins at ROTA_ORACLE_NOW (seconds since the epoch) and goes on from
// there. Timers are not touched.
const start = Number(process.env.ROTA_ORACLE_NOW) * 1000 - Date.now();
const RealDate = Date;

globalThis.Date = class VirtualDate extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + start);
    else super(...values);
  }
  static now() {
    return RealDate.now() + start;
  }
};
