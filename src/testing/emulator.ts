import { DEFAULTS, defaultFlexBackups } from './api/defaults.js';
import { ApiEndpoints } from './api/endpoints.js';
import { RateLimit } from './api/rate-limit.js';
import type { ClusterSeed, ProjectSeed } from './api/seed.js';
import { ProjectStore } from './api/store.js';
import { check } from './check.js';
import { completeCredentials, type EmulatorCredentials } from './credentials.js';
import { DigestAuthenticator } from './digest/authenticator.js';
import { playBeforeResponse, toResponse } from './faults/play.js';
import { Script, type ScriptedAnswer, scriptedReply } from './faults/script.js';
import { readBody } from './http/body.js';
import { type ReceivedRequest, receive } from './http/received-request.js';
import { type Reply, render } from './http/reply.js';
import { type RecordedRequest, toRecord } from './http/request-log.js';
import { refuseLogin } from './login.js';
import type { AtlasEmulatorOptions } from './options.js';
import { ServiceAccountEndpoints } from './tokens/service-account.js';
import { TokenTable } from './tokens/token-table.js';

/** A reply, and the fault that breaks it on the way. */
interface Outcome {
  readonly reply: Reply;
  readonly fault: ScriptedAnswer | undefined;
}

// No such response of Atlas is known, so this is what a gateway may send.
const BODY_TOO_LARGE: Outcome = {
  reply: { status: 413, content: 'The body of the request is over 64 kB.' },
  fault: undefined,
};

/** The emulator without its socket. */
export class Emulator {
  readonly credentials: EmulatorCredentials;
  readonly requests: RecordedRequest[] = [];
  readonly store = new ProjectStore();
  readonly endpoints: ApiEndpoints;
  readonly script = new Script();
  readonly digest: DigestAuthenticator;
  readonly tokens: TokenTable;
  readonly #serviceAccount: ServiceAccountEndpoints;
  readonly #rateLimit: RateLimit;
  readonly #options: AtlasEmulatorOptions;
  readonly #now: () => number;
  readonly #closing = new AbortController();

  constructor(options: AtlasEmulatorOptions) {
    check('options', options);
    const now = options.now ?? Date.now;
    this.credentials = completeCredentials(options.credentials);
    this.endpoints = new ApiEndpoints(this.store, options.paging, now);
    const { apiKey, serviceAccount, accessToken } = this.credentials;
    this.digest = new DigestAuthenticator(options.digest, apiKey, now);
    this.tokens = new TokenTable(now, accessToken.accessToken);
    this.#serviceAccount = new ServiceAccountEndpoints(serviceAccount, this.tokens, options.tokens ?? {}, now);
    this.#rateLimit = new RateLimit(options.rateLimit, now);
    this.#options = options;
    this.#now = now;
    this.seed({ groupName: DEFAULTS.groupName, ...defaultFlexBackups(now()) });
    for (const seed of [options.seed ?? []].flat()) this.seed(seed);
  }

  seed(seed: ClusterSeed | ProjectSeed): void {
    const { snapshots, dedicated, free }: ClusterSeed = seed;
    const isCluster = snapshots !== undefined || dedicated === true || free === true;
    check(isCluster ? 'cluster' : 'project', seed);
    const project = this.store.seedProject(seed.groupId ?? DEFAULTS.groupId, seed.groupName);
    if (isCluster) this.store.seedCluster(project, seed.clusterName ?? DEFAULTS.clusterName, seed, this.#now());
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
    const request = receive(fetched, body ?? '');
    const { recordRequests = true, envelopeKey = 'content', onResponse } = this.#options;
    const recorded = toRecord(request, this.#now());
    if (recordRequests && body !== undefined) this.requests.push(recorded);
    request.signal.addEventListener('abort', () => {
      recorded.aborted = !this.#closing.signal.aborted;
    });
    const { reply, fault } = body === undefined ? BODY_TOO_LARGE : await this.#answer(request);
    const wire = render(reply, request, envelopeKey);
    recorded.status = wire.status;
    onResponse?.(recorded);
    return toResponse(wire, fault, () => this.#abortSignal(request));
  }

  async #answer(request: ReceivedRequest): Promise<Outcome> {
    const { kind } = request.route;
    const isOAuth = kind === 'token' || kind === 'revoke';
    const early = this.script.take(request, 'any');
    const earlyReply = await this.#play(early, request);
    if (earlyReply !== undefined) return { reply: earlyReply, fault: early };
    const refusal = isOAuth ? undefined : refuseLogin(request, this.digest, this.tokens);
    if (refusal !== undefined) return { reply: refusal, fault: early };
    const fault = isOAuth ? this.script.take(request, kind) : this.script.take(request, 'api', kind);
    const scripted = await this.#play(fault, request);
    const reply = isOAuth ? (scripted ?? this.#serviceAccount.answer(request)) : this.#answerApi(request, scripted);
    return { reply, fault: fault ?? early };
  }

  /** Plays a scripted answer. Returns undefined if it leaves the response as it is. */
  async #play(answer: ScriptedAnswer | undefined, request: ReceivedRequest): Promise<Reply | undefined> {
    if (answer === undefined) return undefined;
    await playBeforeResponse(answer, this.#abortSignal(request));
    return scriptedReply(answer, request);
  }

  #answerApi(request: ReceivedRequest, scripted: Reply | undefined): Reply {
    const { resource, groupId } = request.route;
    const hasBucket =
      resource !== undefined && (groupId === undefined || this.store.findProject(groupId) !== undefined);
    const limit = hasBucket ? this.#rateLimit.take(request) : { headers: {} };
    const reply = scripted ?? limit.refusal ?? this.endpoints.answer(request);
    // Text is what a gateway says, without Atlas's headers.
    if (typeof reply.content === 'string') return reply;
    const limitHeaders = reply.status === 401 ? {} : limit.headers;
    return { ...reply, headers: { ...limitHeaders, ...reply.headers } };
  }

  #abortSignal(request: ReceivedRequest): AbortSignal {
    return AbortSignal.any([request.signal, this.#closing.signal]);
  }
}
