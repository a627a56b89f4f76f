import { type Client, ClientError } from '../../client/client.js';
import { messageOf } from '../../errors.js';
import { type Finding, failed, ok, warning } from './check.js';

/** How long a server may take to answer, in milliseconds. */
const PATIENCE = 3_000;

/** A clock that is off by more makes times and retries wrong, in milliseconds. */
const CLOCK_SKEW = 5_000;

const health = (url: string, path: string): Promise<Response | undefined> =>
  fetch(`${url.replace(/\/+$/, '')}/${path}`, { signal: AbortSignal.timeout(PATIENCE) }).catch(() => undefined);

/** Whether what answers there is a Manyhead. */
export async function isManyhead(url: string): Promise<boolean> {
  const answer = await health(url, 'livez');
  return answer?.status === 200 && (await answer.text()) === 'ok\n';
}

/**
 * The server that the client commands would ask.
 * @param isAsked whether somebody said that there is one; else it is no fault that none runs
 */
export async function checkServer(url: string, client: Client, isAsked: boolean): Promise<readonly Finding[]> {
  const what = 'server';
  const answer = await health(url, 'readyz');
  if (answer === undefined) {
    const [found, mend] = [`no server answers at ${url}`, 'Start one with `manyhead serve`.'];
    return [isAsked ? failed(what, found, `${mend} Or correct --url or MANYHEAD_URL.`) : warning(what, found, mend)];
  }
  if (!(await isManyhead(url)))
    return [failed(what, `what answers at ${url} is not Manyhead`, 'Correct --url or MANYHEAD_URL.')];
  const ready =
    answer.status === 200
      ? ok(what, `ready at ${url}`)
      : failed(
          what,
          `${url} is not ready: its encoder or its queue does not answer`,
          'Read its log; where it uses Redis, look whether that runs.',
        );
  return [ready, await checkKey(client), checkClock(answer)];
}

async function checkKey(client: Client): Promise<Finding> {
  try {
    const models = await client.models({ signal: AbortSignal.timeout(PATIENCE) });
    const served = models.flatMap(({ name, production }) =>
      production ? [`${name} version ${production.number}`] : [],
    );
    return ok('models', served.length > 0 ? `serves ${served.join(', ')}` : 'none is trained yet');
  } catch (error) {
    const isKey = error instanceof ClientError && ['UNAUTHENTICATED', 'FORBIDDEN'].includes(error.code);
    return isKey
      ? failed('key', messageOf(error), 'Give a key of that server in MANYHEAD_API_KEY.')
      : failed('models', messageOf(error), 'Read the log of the server.');
  }
}

function checkClock(answer: Response): Finding {
  const there = Date.parse(answer.headers.get('date') ?? '');
  if (Number.isNaN(there)) return ok('clock', 'the server does not tell the time');
  const skew = Math.abs(there - Date.now());
  return skew <= CLOCK_SKEW
    ? ok('clock', 'agrees with that of the server')
    : warning('clock', `${Math.round(skew / 1_000)} s off that of the server`, 'Set both by NTP.');
}
