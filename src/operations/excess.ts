import { ManyheadError } from '../errors.js';
import { type OperationLimits, operationLimits } from './limits.js';

/**
 * @param found how many; undefined where nobody counted further than the limit
 * @returns what is said of a request that passes a limit
 */
export function excess(name: keyof OperationLimits, found: number | undefined, limits: OperationLimits): ManyheadError {
  const { code, what } = operationLimits[name];
  const many = found === undefined ? `more than ${limits[name]}` : found < 1e15 ? String(found) : 'endlessly many';
  return new ManyheadError(code, `The request has ${many} ${what}: give at most ${limits[name]}.`);
}
