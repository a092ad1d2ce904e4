import { check } from './check.js';
import { completeCredentials, type EmulatorCredentials } from './credentials.js';
import { DEFAULT_CLUSTER_NAME, DEFAULT_GROUP_ID, defaultSnapshots } from './default-cluster.js';
import { DigestAuthenticator } from './digest/authenticator.js';
import { playBeforeHead, toResponse } from './faults.js';
import { Gate } from './gate.js';
import { ServiceAccountEndpoints } from './oauth/service-account.js';
import { TokenTable } from './oauth/tokens.js';
import type { AtlasEmulatorOptions } from './options.js';
import { RateLimit } from './rate-limit.js';
import { type ReceivedRequest, type RequestKind, receive } from './received-request.js';
import { type Presentation, type Reply, render } from './reply.js';
import { type RecordedRequest, record } from './request-log.js';
import { kindOf, parseSnapshotPath } from './routes.js';
import { Script, type ScriptedAnswer, scriptedReply } from './script.js';
import { SnapshotEndpoints } from './snapshot-endpoints.js';
import { type ClusterSeed, SnapshotStore } from './snapshots.js';
import { answerSunset, type DeprecationDates, deprecationHeaders, type SunsetForm } from './sunset.js';

/** An answer on its way: what is to be sent, and what breaks it. */
interface Outcome {
  readonly reply: Reply;
  readonly fault?: ScriptedAnswer | undefined;
}

/** The emulator without a socket: its whole state, and one `fetch` that answers from it. */
export class Emulator {
  readonly credentials: EmulatorCredentials;
  readonly requests: RecordedRequest[] = [];
  readonly store = new SnapshotStore();
  readonly script = new Script();
  readonly digest: DigestAuthenticator;
  readonly tokens: TokenTable;
  sunset: SunsetForm | undefined;
  deprecation: DeprecationDates = {};
  readonly #options: AtlasEmulatorOptions;
  readonly #now: () => number;
  readonly #gate: Gate;
  readonly #oauth: ServiceAccountEndpoints;
  readonly #endpoints: SnapshotEndpoints;
  readonly #rateLimit: RateLimit;
  readonly #closing = new AbortController();

  constructor(options: AtlasEmulatorOptions) {
    check('options', options);
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.credentials = completeCredentials(options.credentials);
    this.digest = new DigestAuthenticator(options.digest, this.credentials.apiKey, this.#now);
    this.tokens = new TokenTable(this.#now, this.credentials.accessToken.accessToken);
    this.#gate = new Gate(this.digest, this.tokens);
    this.#oauth = new ServiceAccountEndpoints(this.credentials.serviceAccount, options.tokens, this.tokens, this.#now);
    this.#endpoints = new SnapshotEndpoints(this.store, options.paging);
    this.#rateLimit = new RateLimit(options.rateLimit, this.#now);
    this.seed({ snapshots: defaultSnapshots(this.#now()) });
    for (const cluster of [options.seed ?? []].flat()) this.seed(cluster);
  }

  seed(cluster: ClusterSeed): void {
    check('cluster', cluster);
    const { groupId = DEFAULT_GROUP_ID, clusterName = DEFAULT_CLUSTER_NAME, snapshots } = cluster;
    this.store.replace(groupId, clusterName, snapshots);
  }

  /** Ends what hangs or waits. */
  close(): void {
    this.#closing.abort();
  }

  async fetch(request: Request): Promise<Response> {
    const received = await receive(request);
    const kind = kindOf(received.path);
    const log = this.#options.recordRequests === false ? [] : this.requests;
    const answered = record(log, received, this.#now());
    const { reply, fault } = await this.#answer(received, kind);
    const wire = render(reply, this.#presentation(received, kind));
    answered(wire.status);
    return toResponse(wire, fault, () => this.#signal(received));
  }

  async #answer(request: ReceivedRequest, kind: RequestKind): Promise<Outcome> {
    const fault = this.script.take('any');
    const reply = await this.#play(fault, request, kind);
    if (reply !== undefined) return { reply, fault };
    const outcome =
      kind === 'token' || kind === 'revoke' ? this.#answerOAuth(request, kind) : this.#answerApi(request, kind);
    return { fault, ...(await outcome) };
  }

  async #answerOAuth(request: ReceivedRequest, kind: 'token' | 'revoke'): Promise<Outcome> {
    const fault = this.script.take(kind);
    const scripted = await this.#play(fault, request, kind);
    if (scripted !== undefined) return { reply: scripted, fault };
    const reply = kind === 'token' ? this.#oauth.answerToken(request) : this.#oauth.answerRevoke(request);
    return fault === undefined ? { reply } : { reply, fault };
  }

  async #answerApi(request: ReceivedRequest, kind: RequestKind): Promise<Outcome> {
    const admission = this.#gate.admit(request);
    if (!admission.admitted) return { reply: admission.reply };
    const fault = this.script.take('api', kind);
    const scripted = await this.#play(fault, request, kind);
    const reply = this.#limited(request, kind, scripted);
    return fault === undefined ? { reply } : { reply, fault };
  }

  /** The scripted or the true answer, with the headers that tell of the rate limit and of the endpoint's end. */
  #limited(request: ReceivedRequest, kind: RequestKind, scripted: Reply | undefined): Reply {
    const groupId = parseSnapshotPath(request.path)?.groupId;
    const limit = groupId === undefined ? { headers: {} } : this.#rateLimit.take(groupId);
    const reply = scripted ?? limit.refusal ?? this.#answerEndpoint(request, kind);
    // What a gateway says knows nothing of either.
    if (typeof reply.content === 'string') return reply;
    const ending = kind === 'tenant' ? deprecationHeaders(this.deprecation) : {};
    return { ...reply, headers: { ...limit.headers, ...ending, ...reply.headers } };
  }

  #answerEndpoint(request: ReceivedRequest, kind: RequestKind): Reply {
    if (kind === 'tenant' && this.sunset !== undefined) return answerSunset(this.sunset, request);
    return this.#endpoints.answer(kind, request);
  }

  async #play(
    answer: ScriptedAnswer | undefined,
    request: ReceivedRequest,
    kind: RequestKind,
  ): Promise<Reply | undefined> {
    if (answer === undefined) return undefined;
    await playBeforeHead(answer, this.#signal(request));
    return scriptedReply(answer, kind);
  }

  #signal(request: ReceivedRequest): AbortSignal {
    return AbortSignal.any([request.signal, this.#closing.signal]);
  }

  #presentation({ query }: ReceivedRequest, kind: RequestKind): Presentation {
    const isApi = kind !== 'token' && kind !== 'revoke';
    const asks = (flag: string) => isApi && query.get(flag) === 'true';
    const envelopeKey = this.#options.envelopeKey ?? 'content';
    return { pretty: asks('pretty'), envelope: asks('envelope'), envelopeKey };
  }
}
