// Loaded into an API before anything else: while the file SLOW_DISK is there, listing a folder and flushing a file take as many
// milliseconds as it says; and sockets lose patience SOCKET_HASTE times as soon.
import { existsSync, readFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const { SLOW_DISK, SOCKET_HASTE } = process.env;

const slowly = (act) =>
  async function (...given) {
    if (existsSync(SLOW_DISK)) await delay(Number(readFileSync(SLOW_DISK, 'utf8')));
    return act.apply(this, given);
  };

const file = await promises.open(fileURLToPath(import.meta.url));
const { constructor: FileHandle } = file;
await file.close();
FileHandle.prototype.sync = slowly(FileHandle.prototype.sync);
promises.readdir = slowly(promises.readdir);
syncBuiltinESMExports();

const { setTimeout: losePatience } = Socket.prototype;
Socket.prototype.setTimeout = function (milliseconds, ...given) {
  return losePatience.call(this, milliseconds / Number(SOCKET_HASTE), ...given);
};
