import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';
import type { Access, Caller } from '../../access/access.js';
import { clientAddress } from '../../access/client-address.js';
import { type Allowance, type Counted, RateLimited, type RateLimits, type Spender } from '../../access/rate-limits.js';
import { covers } from '../../access/scopes.js';
import { ManyheadError, shown } from '../../errors.js';
import { forbidden } from './fields.js';
import { type AllowedOrigins, originOf, trustedHosts } from './origins.js';
import { refuse } from './refusal.js';
import { type Entry, entryOf, GRAPHQL, UNKNOWN } from './routes.js';
import { setSecurityHeaders } from './security-headers.js';

/** Somebody who was let in. */
export interface Admission {
  readonly caller: Caller;
  /** False once the key was revoked, or a first one was made meanwhile. */
  isStillWelcome(): boolean;
  /** Whom limits count, as `key:...` or `address:...`. */
  subject(): string;
  /** Counts one more request. @throws RateLimited */
  spendRequest(): Promise<void>;
  /** Counts texts that are to be encoded. @throws RateLimited; ManyheadError TOO_MANY_TEXTS where a minute has not as many */
  spendTexts(count: number): Promise<void>;
}

/** What stands before every route, and asks who is there. */
export interface Gate {
  readonly access: Access;
  /**
   * Lets a request through to the routes, or answers it.
   * @param lost answers who has come without a key to an address that nobody knows, or leaves it to the gate
   */
  enter(request: IncomingMessage, response: ServerResponse, through: () => void, lost: Lost): void;
  /**
   * Who asks over a WebSocket.
   * @param parameters what the client has sent with connection_init
   */
  connect(
    request: IncomingMessage,
    parameters: Readonly<Record<string, unknown>> | undefined,
  ): Promise<Admission | ManyheadError>;
  /** Counts a WebSocket that is asked for. @returns why it may not be opened at all, if it may not */
  refusalOfUpgrade(request: IncomingMessage): Promise<ManyheadError | undefined>;
  addressOf(request: IncomingMessage): string;
}

export type Lost = (request: IncomingMessage, response: ServerResponse, otherwise: () => void) => void;

export interface GateSettings extends AllowedOrigins {
  readonly proxies: number;
}

const admissions = new WeakMap<IncomingMessage, Admission>();

/**
 * Who sent a request that the gate has let through, to be asked once its body is there: that may be long after its headers.
 * @throws ManyheadError UNAUTHENTICATED where it was let through as a page only, or its sender would not be let in any more
 */
export function admissionOf(request: IncomingMessage): Admission {
  const admission = admissions.get(request);
  if (!admission) throw unauthenticated('A key is needed here: without one this address is a page only.');
  if (!admission.isStillWelcome())
    throw unauthenticated(
      'Nothing is done of what was asked: before all of it had arrived the key was revoked, or one was asked for.',
    );
  return admission;
}

/** An error that GraphQL takes the status of, too, where it is thrown outside of any field. */
const unauthenticated = (message: string): ManyheadError =>
  Object.assign(new ManyheadError('UNAUTHENTICATED', message), { extensions: { http: { status: 401 } } });

/** Whether who sent a request may give us rows, and not only ask. */
export const mayTrain = (request: IncomingMessage): boolean => {
  const admission = admissions.get(request);
  return admission !== undefined && covers(admission.caller.scope, 'train');
};

/** How long a browser may remember what pages of other sites may do, in seconds. */
const REMEMBERED = 600;

export function openGate(access: Access, limits: RateLimits, settings: GateSettings): Gate {
  const answerOtherSite = cors({
    origin: [...settings.origins],
    methods: ['GET', 'POST', 'PUT'],
    exposedHeaders: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
    maxAge: REMEMBERED,
  });
  const isTrusted = trustedHosts(settings);
  const addressOf = (request: IncomingMessage) => clientAddress(request, settings.proxies);

  /** While no keys are asked for, whoever can have a browser send a request is as good as at the keyboard. */
  const untrusted = (request: IncomingMessage): ManyheadError | undefined => {
    if (access.isOpen() && !isTrusted(request))
      return new ManyheadError(
        'HOST_NOT_ALLOWED',
        `Without keys Manyhead answers at localhost and at addresses only, not at ${shown(request.headers.host)}: name it in ALLOWED_HOSTS, or make a key.`,
      );
    if (originOf(request, settings) === 'foreign')
      return new ManyheadError(
        'ORIGIN_NOT_ALLOWED',
        `Pages of ${shown(request.headers.origin ?? 'other sites')} may not use Manyhead: name the origin in CORS_ORIGINS.`,
      );
    return undefined;
  };

  /** Who may go through; undefined where anybody may. */
  const admit = (
    request: IncomingMessage,
    entry: Exclude<Entry, { kind: 'health' }>,
  ): Caller | ManyheadError | undefined => {
    const isPage = asksForPage(request, entry);
    const distrust = untrusted(request);
    // A link on a page of another site may lead to a page here.
    if (distrust && !(isPage && distrust.code === 'ORIGIN_NOT_ALLOWED')) return distrust;
    // The same files for everybody, whatever key is sent along; nobody is counted for them.
    if (entry.kind === 'page') return undefined;
    const caller = access.callerWith(keyIn(request.headers.authorization, entry));
    // Who may only look at the page is nobody to whatever else answers at its address.
    if (isPage) return distrust || caller instanceof ManyheadError ? undefined : caller;
    if (caller instanceof ManyheadError) return caller;
    return covers(caller.scope, entry.scope)
      ? caller
      : forbidden(`${request.method} ${shown(request.url)}`, entry.scope, caller.scope);
  };

  /**
   * Who is not let in is counted by the address: as a request, and a key that opens nothing as such. A right key opens whatever others
   * have tried there.
   */
  const counted = async (refusal: ManyheadError, request: IncomingMessage): Promise<ManyheadError> => {
    const nobody = { caller: undefined, address: addressOf(request) };
    const isKeyTried = refusal.code === 'UNAUTHENTICATED' && request.headers.authorization !== undefined;
    const tooMany =
      (await overspent('address', nobody)) ?? (isKeyTried ? await overspent('failures', nobody) : undefined);
    return tooMany ?? refusal;
  };

  const overspent = async (what: Counted, spender: Spender, amount = 1): Promise<RateLimited | undefined> => {
    const allowance = await limits.spend(what, spender, amount);
    return allowance?.exceeded ? new RateLimited(allowance) : undefined;
  };

  const admission = (caller: Caller, request: IncomingMessage): Admission => {
    const spend = async (what: Counted, amount: number): Promise<void> => {
      if (limits.limitOf(what, caller) === undefined) return;
      const refusal = await overspent(what, { caller, address: addressOf(request) }, amount);
      if (refusal) throw refusal;
    };
    return {
      caller,
      isStillWelcome: () => access.isStillWelcome(caller),
      subject: () => (caller.key === undefined ? `address:${addressOf(request)}` : `key:${caller.key}`),
      async spendRequest() {
        await spend('address', 1);
        await spend('requests', 1);
      },
      async spendTexts(count) {
        const limit = limits.limitOf('texts', caller);
        // However long its caller waited, there would never be as many left.
        if (limit !== undefined && count > limit)
          throw new ManyheadError(
            'TOO_MANY_TEXTS',
            `The request has ${count} texts, and there may be at most ${limit} a minute: give fewer at a time.`,
          );
        await spend('texts', count);
      },
    };
  };

  const turnAway = (refusal: ManyheadError, entry: Entry, request: IncomingMessage, response: ServerResponse): void => {
    if (response.headersSent) return;
    if (refusal.code === 'UNAUTHENTICATED')
      response.setHeader('WWW-Authenticate', `${entry.kind === 'board' ? 'Basic' : 'Bearer'} realm="manyhead"`);
    refuse(refusal, request, response);
  };

  /** Lets in whom nothing limits, at once; counts whom something does. */
  const pass = (caller: Caller, request: IncomingMessage, response: ServerResponse, through: () => void): void => {
    admissions.set(request, admission(caller, request));
    if (limits.limitOf('requests', caller) === undefined && limits.limitOf('address', caller) === undefined) {
      through();
      return;
    }
    const count = async () => {
      const spender = { caller, address: addressOf(request) };
      for (const what of ['address', 'requests'] as const) {
        const allowance = await limits.spend(what, spender, 1);
        // It may have been ended as too slow meanwhile.
        if (response.headersSent) return;
        if (allowance === undefined) continue;
        tellAllowance(allowance, response);
        if (allowance.exceeded) return refuse(new RateLimited(allowance), request, response);
      }
      if (!request.destroyed) through();
    };
    count().catch(() => response.destroy());
  };

  const check: Gate['enter'] = (request, response, through, lost) => {
    const entry = entryOf(request.method ?? '', request.url ?? '');
    const caller = entry.kind === 'health' ? undefined : admit(request, entry);
    if (caller instanceof ManyheadError) {
      const turnedAway = () =>
        counted(caller, request)
          .then((refusal) => turnAway(refusal, entry, request, response))
          .catch(() => response.destroy());
      const hasNoKey = caller.code === 'UNAUTHENTICATED' && request.headers.authorization === undefined;
      if (entry === UNKNOWN && hasNoKey) lost(request, response, turnedAway);
      else turnedAway();
    } else if (caller) pass(caller, request, response, through);
    else through();
  };

  return {
    access,
    addressOf,
    enter(request, response, through, lost) {
      setSecurityHeaders(response);
      if (settings.origins.length === 0 || request.headers.origin === undefined)
        check(request, response, through, lost);
      else answerOtherSite(request, response, () => check(request, response, through, lost));
    },
    async connect(request, parameters) {
      const given = parameters?.authorization ?? parameters?.Authorization ?? request.headers.authorization;
      const caller = access.callerWith(typeof given === 'string' ? bearer(given) : undefined);
      if (!(caller instanceof ManyheadError)) return admission(caller, request);
      if (given === undefined) return caller;
      return (await overspent('failures', { caller: undefined, address: addressOf(request) })) ?? caller;
    },
    async refusalOfUpgrade(request) {
      const tooMany = await overspent('address', { caller: undefined, address: addressOf(request) });
      if (tooMany) return tooMany;
      return entryOf('GET', request.url ?? '') === GRAPHQL
        ? untrusted(request)
        : new ManyheadError('NOT_FOUND', 'There is no WebSocket here: GraphQL is at /graphql.');
    },
  };
}

/** As the IETF's RateLimit header fields have it (draft-ietf-httpapi-ratelimit-headers). */
function tellAllowance({ counted, limit, left, reset }: Allowance, response: ServerResponse): void {
  response.setHeader('RateLimit-Policy', `"${counted}";q=${limit};w=60`);
  response.setHeader('RateLimit', `"${counted}";r=${left};t=${reset}`);
}

/** Also GraphiQL is a page, at the address of the API; what is asked there is asked with a key again. */
const asksForPage = ({ method, url, headers }: IncomingMessage, entry: Entry): boolean =>
  entry.kind === 'page' ||
  (method === 'GET' &&
    url !== undefined &&
    /^\/graphql\/?($|\?)/.test(url) &&
    /\btext\/html\b/.test(headers.accept ?? ''));

const bearer = (header: string): string => header.replace(/^bearer +/i, '').trim();

/** The key in an Authorization header; a board's page sends it as the password of any name. */
function keyIn(header: string | undefined, entry: Entry): string | undefined {
  if (header === undefined) return undefined;
  const [, basic] = entry.kind === 'board' ? (header.match(/^basic +(\S+)$/i) ?? []) : [];
  return basic === undefined
    ? bearer(header)
    : Buffer.from(basic, 'base64')
        .toString('utf8')
        .replace(/^[^:]*:/, '');
}
