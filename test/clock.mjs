// Loaded into a process before anything else: its clock on the wall is off by CLOCK_OFF milliseconds, or by as many as the file
// CLOCK_FILE says at the time. The clock that only measures spans goes on as it does when somebody sets a machine's time.
import { readFileSync } from 'node:fs';

const { CLOCK_FILE, CLOCK_OFF } = process.env;
const RealDate = Date;
let offset = Number(CLOCK_OFF) || 0;

function look() {
  try {
    offset = Number(readFileSync(CLOCK_FILE, 'utf8')) || 0;
  } catch {
    offset = 0;
  }
}

if (CLOCK_FILE !== undefined) {
  look();
  setInterval(look, 100).unref();
}

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offset);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offset;
  }
};
