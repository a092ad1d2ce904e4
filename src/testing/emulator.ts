import { check } from './check.js';
import { completeCredentials, type EmulatorCredentials } from './credentials.js';
import { DigestAuthenticator } from './digest/authenticator.js';
import { playBeforeResponse, toResponse } from './faults/play.js';
import { Script, type ScriptedAnswer, scriptedReply } from './faults/script.js';
import { type ReceivedRequest, receive } from './http/received-request.js';
import { type Reply, render } from './http/reply.js';
import { type RecordedRequest, record } from './http/request-log.js';
import { refuseLogin } from './login.js';
import type { AtlasEmulatorOptions } from './options.js';
import {
  DEFAULT_CLUSTER_NAME,
  DEFAULT_GROUP_ID,
  DEFAULT_GROUP_NAME,
  defaultSnapshots,
} from './snapshots/default-cluster.js';
import { SnapshotEndpoints } from './snapshots/endpoints.js';
import { RateLimit } from './snapshots/rate-limit.js';
import type { ClusterSeed, ProjectSeed } from './snapshots/seed.js';
import { SnapshotStore } from './snapshots/store.js';
import { type DeprecationDates, deprecationHeaders } from './snapshots/sunset.js';
import { ServiceAccountEndpoints } from './tokens/service-account.js';
import { TokenTable } from './tokens/token-table.js';

/** A reply, and the fault that breaks it on the way. */
interface Outcome {
  readonly reply: Reply;
  readonly fault: ScriptedAnswer | undefined;
}

/** The emulator without its socket. */
export class Emulator {
  readonly credentials: EmulatorCredentials;
  readonly requests: RecordedRequest[] = [];
  readonly store = new SnapshotStore();
  readonly endpoints: SnapshotEndpoints;
  readonly script = new Script();
  readonly digest: DigestAuthenticator;
  readonly tokens: TokenTable;
  deprecation: DeprecationDates = {};
  readonly #serviceAccount: ServiceAccountEndpoints;
  readonly #rateLimit: RateLimit;
  readonly #options: AtlasEmulatorOptions;
  readonly #now: () => number;
  readonly #closing = new AbortController();

  constructor(options: AtlasEmulatorOptions) {
    check('options', options);
    const now = options.now ?? Date.now;
    this.credentials = completeCredentials(options.credentials);
    this.endpoints = new SnapshotEndpoints(this.store, options.paging);
    const { apiKey, serviceAccount, accessToken } = this.credentials;
    this.digest = new DigestAuthenticator(options.digest, apiKey, now);
    this.tokens = new TokenTable(now, accessToken.accessToken);
    this.#serviceAccount = new ServiceAccountEndpoints(serviceAccount, this.tokens, options.tokens ?? {}, now);
    this.#rateLimit = new RateLimit(options.rateLimit, now);
    this.#options = options;
    this.#now = now;
    this.seed({ groupName: DEFAULT_GROUP_NAME, snapshots: defaultSnapshots(now()) });
    for (const seed of [options.seed ?? []].flat()) this.seed(seed);
  }

  seed(seed: ClusterSeed | ProjectSeed): void {
    check(seed.snapshots === undefined ? 'project' : 'cluster', seed);
    const project = this.store.seedProject(seed.groupId ?? DEFAULT_GROUP_ID, seed.groupName);
    if (seed.snapshots !== undefined) this.store.seedCluster(project, seed.clusterName ?? DEFAULT_CLUSTER_NAME, seed);
  }

  /** Ends requests that hang or wait. */
  close(): void {
    this.#closing.abort();
  }

  async fetch(fetched: Request): Promise<Response> {
    const request = await receive(fetched);
    const setStatus = record(this.#options.recordRequests === false ? [] : this.requests, request, this.#now());
    const { reply, fault } = await this.#answer(request);
    const wire = render(reply, request, this.#options.envelopeKey ?? 'content');
    setStatus(wire.status);
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
    const { kind, isKnown, groupId } = request.route;
    const hasBucket = isKnown && (groupId === undefined || this.store.findProject(groupId) !== undefined);
    const limit = hasBucket ? this.#rateLimit.take(request) : { headers: {} };
    const reply = scripted ?? limit.refusal ?? this.endpoints.answer(request);
    // Text is what a gateway says, without Atlas's headers.
    if (typeof reply.content === 'string') return reply;
    const limitHeaders = reply.status === 401 ? {} : limit.headers;
    const deprecation = kind === 'tenant' ? deprecationHeaders(this.deprecation) : {};
    return { ...reply, headers: { ...limitHeaders, ...deprecation, ...reply.headers } };
  }

  #abortSignal(request: ReceivedRequest): AbortSignal {
    return AbortSignal.any([request.signal, this.#closing.signal]);
  }
}
