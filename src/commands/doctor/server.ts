import { type Client, ClientError } from '../../client/client.js';
import { messageOf } from '../../errors.js';
import { type Finding, failed, ok, warning } from './check.js';

/** How long a server may take to answer, in milliseconds. */
const PATIENCE = 3_000;

/** A clock that is off by more makes times and retries wrong, in milliseconds. */
const CLOCK_SKEW = 5_000;

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly date: string | null;
}

/** Undefined where it does not come in time. */
async function answerOf(url: string, path: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/${path}`, { signal: AbortSignal.timeout(PATIENCE) });
    return { status: response.status, text: await response.text(), date: response.headers.get('date') };
  } catch {
    return undefined;
  }
}

const livesHere = (answer: Answer | undefined): boolean => answer?.status === 200 && answer.text === 'ok\n';

/** Whether what answers there is a Manyhead. */
export const isManyhead = async (url: string): Promise<boolean> => livesHere(await answerOf(url, 'livez'));

/**
 * The server that the client commands would ask.
 * @param isAsked whether somebody said that there is one; else it is no fault that none runs
 */
export async function checkServer(url: string, client: Client, isAsked: boolean): Promise<readonly Finding[]> {
  const what = 'server';
  const lives = await answerOf(url, 'livez');
  if (lives === undefined) {
    const [found, mend] = [`no server answers at ${url}`, 'Start one with `manyhead serve`.'];
    return [isAsked ? failed(what, found, `${mend} Or correct --url or MANYHEAD_URL.`) : warning(what, found, mend)];
  }
  if (!livesHere(lives))
    return [failed(what, `what answers at ${url} is not Manyhead`, 'Correct --url or MANYHEAD_URL.')];
  return [await checkReady(url), await checkKey(client), checkClock(lives.date)];
}

async function checkReady(url: string): Promise<Finding> {
  const ready = await answerOf(url, 'readyz');
  if (ready?.status === 200) return ok('server', `ready at ${url}`);
  if (ready === undefined)
    return failed('server', `${url} does not say within ${PATIENCE / 1_000} s whether it is ready`, 'Read its log.');
  // What stands before it, such as a proxy, may have said it in its own way.
  const [told = 'not ready'] = /^not ready: .*/.exec(ready.text) ?? [];
  const ways = Object.entries(mends).flatMap(([part, mend]) => (told.includes(part) ? [mend] : []));
  return failed('server', `${url} is ${told}`, ways.join(' ') || 'Read its log.');
}

/** What to do about a part that /readyz says is missing. */
const mends = {
  'data folder': 'Look whether the disk of its data folder is mounted, has room, and may be written to.',
  queue: 'Look whether its Redis runs and takes what is written; where it has none, read its log.',
  encoder: 'Read its log.',
} as const;

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

function checkClock(date: string | null): Finding {
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there)) return ok('clock', 'the server does not tell the time');
  const skew = Math.abs(there - Date.now());
  return skew <= CLOCK_SKEW
    ? ok('clock', 'agrees with that of the server')
    : warning('clock', `${Math.round(skew / 1_000)} s off that of the server`, 'Set both by NTP.');
}
