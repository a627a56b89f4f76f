import { PGlite } from '@electric-sql/pglite';
import { messageOf } from '../../errors.js';

/**
 * Makes a new, empty database in a folder, and ends: `node create.js <folder>`. A process of its own, since making one
 * takes 500 MB that a process never gives back.
 */
try {
  const database = await PGlite.create(process.argv[2] ?? '');
  await database.close();
  process.send?.('ready', () => process.exit(0));
} catch (error) {
  process.stderr.write(`${messageOf(error).split('\n')[0]}\n`);
  process.exit(1);
}
