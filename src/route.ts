import type { AttemptRequest } from './attempt.js';
import type { EndpointName, Operation, PathValues } from './endpoints.js';

/** What the routes of a client share. */
export interface RouteBase {
  /** The path of baseUrl, without a slash at its end. */
  readonly prefix: string;
  readonly userAgent: string;
}

/** What a call may ask for beside its path values. */
export interface RouteQuery {
  readonly envelope: boolean;
  readonly pretty: boolean;
  /** From 1. */
  readonly pageNum: number;
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
  readonly #base: RouteBase;
  readonly #operation: Operation<unknown>;
  readonly #values: PathValues;
  readonly #query: RouteQuery;
  readonly #mayMove: boolean;

  /** @param mayMove - whether the call may go on at Flex. */
  constructor(
    base: RouteBase,
    operation: Operation<unknown>,
    endpoint: EndpointName,
    values: PathValues,
    query: RouteQuery,
    mayMove: boolean,
  ) {
    const { accept, path, query: fixed } = operation[endpoint];
    this.endpoint = endpoint;
    this.resource = path(values);
    this.path = base.prefix + this.resource + formatQuery(fixed, query);
    this.headers = ['accept', accept, 'user-agent', base.userAgent];
    this.envelope = query.envelope;
    this.#base = base;
    this.#operation = operation;
    this.#values = values;
    this.#query = query;
    this.#mayMove = mayMove;
  }

  /** The same endpoint's page of that number. */
  page(endpoint: EndpointName, pageNum: number): Route {
    const mayMove = this.#mayMove && endpoint === 'tenant';
    return new Route(this.#base, this.#operation, endpoint, this.#values, { ...this.#query, pageNum }, mayMove);
  }

  /** Where the call goes on when Atlas shows that this endpoint is gone. */
  get successor(): Route | undefined {
    if (!this.#mayMove) return undefined;
    return new Route(this.#base, this.#operation, 'flex', this.#values, this.#query, false);
  }
}

function formatQuery(fixed: string | undefined, { envelope, pretty, pageNum }: RouteQuery): string {
  if (fixed === undefined && !envelope && !pretty && pageNum === 1) return '';
  const parts = [fixed, pageNum > 1 && `pageNum=${pageNum}`, envelope && 'envelope=true', pretty && 'pretty=true'];
  return `?${parts.filter(Boolean).join('&')}`;
}
