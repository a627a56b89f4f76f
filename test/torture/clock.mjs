// Loaded into a process of the product before anything else: its clock on the wall is off by as many milliseconds as a file
// says. The clock that only measures spans goes on as it does when somebody sets a machine's time.
import { readFileSync } from 'node:fs';

const file = process.env.TORTURE_CLOCK ?? '';
const RealDate = Date;
let offset = 0;

function look() {
  try {
    offset = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    offset = 0;
  }
}

look();
setInterval(look, 100).unref();

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offset);
    else super(...given);
  }

  static now() {
    return RealDate.now() + offset;
  }
};
