import type { AttemptRequest } from './attempt.js';
import type { EndpointName, Operation, PathValues } from './endpoints.js';

/** What the routes of a client share. */
export interface RouteBase {
  /** The path of baseUrl, without a slash at its end. */
  readonly prefix: string;
  readonly userAgent: string;
}

/** What the routes of a call share. */
export interface RoutePlan {
  readonly base: RouteBase;
  readonly operation: Operation<unknown>;
  readonly values: PathValues;
  readonly envelope: boolean;
  readonly pretty: boolean;
  /** Whether the call may go on at Flex. */
  readonly isAuto: boolean;
}

/** Where a call goes: an endpoint with its values filled in. */
export class Route implements AttemptRequest {
  readonly method = 'GET';
  readonly endpoint: EndpointName;
  readonly path: string;
  /** The path as Atlas knows it: without the prefix of baseUrl, and without a query. */
  readonly resource: string;
  readonly headers: readonly string[];
  readonly envelope: boolean;
  readonly #plan: RoutePlan;
  readonly #pageNum: number;

  /** @param pageNum - from 1. */
  constructor(plan: RoutePlan, endpoint: EndpointName, pageNum = 1) {
    const { accept, path, query } = plan.operation[endpoint];
    this.endpoint = endpoint;
    this.resource = path(plan.values);
    this.path = plan.base.prefix + this.resource + formatQuery(query, plan, pageNum);
    this.headers = ['accept', accept, 'user-agent', plan.base.userAgent];
    this.envelope = plan.envelope;
    this.#plan = plan;
    this.#pageNum = pageNum;
  }

  /** An endpoint's page of that number. */
  page(endpoint: EndpointName, pageNum: number): Route {
    return new Route(this.#plan, endpoint, pageNum);
  }

  /** Where the call goes on when Atlas shows that this endpoint is gone. */
  get successor(): Route | undefined {
    if (!this.#plan.isAuto || this.endpoint === 'flex') return undefined;
    return new Route(this.#plan, 'flex', this.#pageNum);
  }
}

function formatQuery(fixed: string | undefined, { envelope, pretty }: RoutePlan, pageNum: number): string {
  if (fixed === undefined && !envelope && !pretty && pageNum === 1) return '';
  const parts = [fixed, pageNum > 1 && `pageNum=${pageNum}`, envelope && 'envelope=true', pretty && 'pretty=true'];
  return `?${parts.filter(Boolean).join('&')}`;
}
