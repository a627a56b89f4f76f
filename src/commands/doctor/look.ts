import { readConfig } from '../../config.js';
import { messageOf } from '../../errors.js';
import { engines } from '../../version.js';
import { clientOf, type ServerOptions } from '../connection.js';
import { type Finding, failed } from './check.js';
import { checkDataFolder } from './data-folder.js';
import { checkEncoder } from './encoder.js';
import { checkMachine } from './machine.js';
import { checkPort } from './port.js';
import { checkQueue } from './queue.js';
import { checkServer } from './server.js';

/**
 * Looks at one thing after the other, so that the first findings are told at once.
 * @param isAsked whether somebody said that there is a server
 */
export async function* look(options: ServerOptions, isAsked: boolean): AsyncGenerator<Finding, void> {
  yield* checkMachine(engines.node);
  try {
    const config = readConfig(process.env);
    yield await checkPort(config.host, config.port);
    yield* await checkDataFolder(config.dataFolder);
    yield await checkQueue(config.queue);
    yield await checkEncoder(config);
  } catch (error) {
    yield failed('settings', messageOf(error), 'Correct the environment variable: docs/configuration.md has them all.');
  }
  yield* await checkServer(options.url, clientOf(options), isAsked);
}
