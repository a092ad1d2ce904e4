import { DEFAULTS, defaultFlexBackups } from './api/defaults.js';
import { type Limit, RateLimit } from './api/rate-limit.js';
import type { ClusterSeed, ProjectSeed } from './api/seed.js';
import { ProjectStore } from './api/store.js';
import { check } from './check.js';
import { completeCredentials, type EmulatorCredentials } from './credentials.js';
import { DigestAuthenticator } from './digest/authenticator.js';
import { playBeforeResponse, toResponse } from './faults/play.js';
import { Script, type ScriptedAnswer, scriptedReply } from './faults/script.js';
import { readBody } from './http/body.js';
import { isOAuth, type ReceivedRequest, receive } from './http/received-request.js';
import { type Reply, render } from './http/reply.js';
import { type RecordedRequest, toRecord } from './http/request-log.js';
import { refuseLogin } from './login.js';
import type { AtlasEmulatorOptions } from './options.js';
import { type Atlas, answerByRoute, findRoute, type ServedRoute } from './routes.js';
import { ServiceAccountEndpoints } from './tokens/service-account.js';
import { TokenTable } from './tokens/token-table.js';

/** A reply, and the fault that breaks it on the way. */
interface Outcome {
  readonly reply: Reply;
  readonly fault?: ScriptedAnswer | undefined;
}

// No such response of Atlas is known, so this is what a gateway may send.
const BODY_TOO_LARGE: Reply = { status: 413, content: 'The body of the request is over 64 kB.' };

/** The emulator without its socket. */
export class Emulator {
  readonly credentials: EmulatorCredentials;
  readonly requests: RecordedRequest[] = [];
  readonly script = new Script();
  readonly digest: DigestAuthenticator;
  readonly tokens: TokenTable;
  readonly atlas: Atlas;
  readonly #rateLimit: RateLimit;
  readonly #options: AtlasEmulatorOptions;
  readonly #closing = new AbortController();

  constructor(options: AtlasEmulatorOptions) {
    check('options', options);
    const now = options.now ?? Date.now;
    this.credentials = completeCredentials(options.credentials);
    const { apiKey, serviceAccount, accessToken } = this.credentials;
    this.digest = new DigestAuthenticator(options.digest, apiKey, now);
    this.tokens = new TokenTable(now, accessToken.accessToken);
    this.atlas = {
      store: new ProjectStore(),
      paging: options.paging,
      now,
      isTenantGone: true,
      serviceAccount: new ServiceAccountEndpoints(serviceAccount, this.tokens, options.tokens ?? {}, now),
    };
    this.#rateLimit = new RateLimit(options.rateLimit, now);
    this.#options = options;
    this.seed({ groupName: DEFAULTS.groupName, ...defaultFlexBackups(now()) });
    for (const seed of [options.seed ?? []].flat()) this.seed(seed);
  }

  seed(seed: ClusterSeed | ProjectSeed): void {
    const { snapshots, dedicated, free }: ClusterSeed = seed;
    const isCluster = snapshots !== undefined || dedicated === true || free === true;
    check(isCluster ? 'cluster' : 'project', seed);
    const { store } = this.atlas;
    const project = store.seedProject(seed.groupId ?? DEFAULTS.groupId, seed.groupName);
    if (isCluster) store.seedCluster(project, seed.clusterName ?? DEFAULTS.clusterName, seed, this.atlas.now());
  }

  /** Ends requests that hang or wait. */
  close(): void {
    this.#closing.abort();
  }

  async fetch(request: Request): Promise<Response> {
    // Every runtime has this iterator, but TypeScript's DOM library does not declare it.
    const body = request.body as (ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) | null;
    return this.answer(request, await readBody(body ?? []));
  }

  /** Answers a request whose body was read before. Undefined stands for a body that is too large. */
  async answer(fetched: Request, body: string | undefined): Promise<Response> {
    const { recordRequests = true, envelopeKey = 'content', onResponse } = this.#options;
    const { route, names } = findRoute(new URL(fetched.url).pathname);
    const request = receive(fetched, body ?? '', route, names);
    const recorded = toRecord(request, this.atlas.now());
    if (recordRequests && body !== undefined) this.requests.push(recorded);
    request.signal.addEventListener('abort', () => {
      recorded.aborted = !this.#closing.signal.aborted;
    });
    const { reply, fault }: Outcome =
      body === undefined ? { reply: BODY_TOO_LARGE } : await this.#answer(request, route);
    const wire = render(reply, request, envelopeKey);
    recorded.status = wire.status;
    onResponse?.(recorded);
    return toResponse(wire, fault, () => this.#abortSignal(request));
  }

  /** Asks in turn, up to the first reply: the script, the login, the script after login, the rate limit, and the route. */
  async #answer(request: ReceivedRequest, route: ServedRoute | undefined): Promise<Outcome> {
    const beforeLogin = this.script.take(request, 'any');
    const earlyReply = await this.#play(beforeLogin, request);
    if (earlyReply !== undefined) return { reply: earlyReply, fault: beforeLogin };
    const refusal = isOAuth(request) ? undefined : refuseLogin(request, this.digest, this.tokens);
    if (refusal !== undefined) return { reply: refusal, fault: beforeLogin };
    const { kind } = request;
    const afterLogin = isOAuth(request) ? this.script.take(request, kind) : this.script.take(request, 'api', kind);
    const scripted = await this.#play(afterLogin, request);
    const limit = this.#takeFromBucket(request, route);
    const reply = scripted ?? limit.refusal ?? answerByRoute(request, route, this.atlas);
    return { reply: addLimitHeaders(reply, limit), fault: afterLogin ?? beforeLogin };
  }

  /** Plays a scripted answer. Returns undefined if it leaves the response as it is. */
  async #play(answer: ScriptedAnswer | undefined, request: ReceivedRequest): Promise<Reply | undefined> {
    if (answer === undefined) return undefined;
    await playBeforeResponse(answer, this.#abortSignal(request));
    return scriptedReply(answer, request);
  }

  /** Counts a request towards its rate limit. OAuth, unknown paths and unknown projects have none. */
  #takeFromBucket(request: ReceivedRequest, route: ServedRoute | undefined): Limit {
    const { groupId } = request;
    const isUnknownProject = groupId !== '' && !this.atlas.store.projects.has(groupId);
    if (route === undefined || isOAuth(request) || isUnknownProject) return { headers: {} };
    return this.#rateLimit.take(request, route);
  }

  #abortSignal(request: ReceivedRequest): AbortSignal {
    return AbortSignal.any([request.signal, this.#closing.signal]);
  }
}

function addLimitHeaders(reply: Reply, limit: Limit): Reply {
  // Text is what a gateway says, without Atlas's headers.
  if (typeof reply.content === 'string' || reply.status === 401) return reply;
  return { ...reply, headers: { ...limit.headers, ...reply.headers } };
}
