import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionWatch } from '../../src/http/connection-watch.js';
import { Deadlines } from '../../src/http/deadlines.js';
import { type Answer, Exchange, type ExchangeFailure } from '../../src/http/exchange.js';
import { fakeClock } from '../support/fault-clock.js';

fakeClock();

const controller = { abort: vi.fn<(reason: Error) => void>() };
const limits = { attemptTimeout: 100, maxResponseSize: 10 };

let used: boolean;
let deadlines: Deadlines;
let answers: Answer[];
let failures: ExchangeFailure[];
let exchange: Exchange;

beforeEach(() => {
  used = false;
  deadlines = new Deadlines();
  answers = [];
  failures = [];
  controller.abort.mockClear();
  const connections = new ConnectionWatch();
  vi.spyOn(connections, 'startsOnUsedOne', 'get').mockImplementation(() => used);
  const listener = {
    onAnswer: (answer: Answer) => void answers.push(answer),
    onFailure: (failure: ExchangeFailure) => void failures.push(failure),
  };
  exchange = new Exchange(listener, limits, { deadlines, connections });
});

const start = () => exchange.onRequestStart(controller);
const startOnUsed = () => {
  used = true;
  start();
};
const head = (status = 200, headers = {}) => exchange.onResponseStart(controller, status, headers);
const data = (text: string) => exchange.onResponseData(controller, Buffer.from(text));
const finish = (trailers = {}) => exchange.onResponseEnd(controller, trailers);
const fail = (cause: Error = new Error('broken')) => exchange.onResponseError(controller, cause);
const coded = (code: unknown) => Object.assign(new Error('broken'), { code });
const outcomes = () => [answers.length, failures.length];
const aborts = () => controller.abort.mock.calls.map(([reason]) => reason.message);

async function expectNothingUnderWay(): Promise<void> {
  await deadlines.drain();
  expect(vi.getTimerCount()).toBe(0);
}

describe('an answer', () => {
  it.each([
    ['no part', [], ''],
    ['one part', ['abc'], 'abc'],
    ['two parts', ['abc', 'de'], 'abcde'],
    ['three parts', ['a', 'b', 'c'], 'abc'],
    ['as much as may be', ['12345', '67890'], '1234567890'],
  ])('of %s is told once, whole', async (_name, parts, body) => {
    start();
    head(404, { 'x-name': 'value' });
    for (const part of parts) data(part);
    finish({ trailer: 'last' });
    fail();
    exchange.cancel();
    exchange.notSent(new Error('late'));
    expect(answers.map((answer) => ({ ...answer, body: answer.body.toString() }))).toEqual([
      { status: 404, headers: { 'x-name': 'value' }, trailers: { trailer: 'last' }, body, truncated: false },
    ]);
    expect(failures).toEqual([]);
    expect(aborts()).toEqual([]);
    await expectNothingUnderWay();
  });

  it.each([100, 103, 199])('has not begun with a %i', (interim) => {
    startOnUsed();
    head(interim, { early: 'yes' });
    head(200, { late: 'yes' });
    finish();
    expect(answers[0]).toMatchObject({ status: 200, headers: { late: 'yes' } });
  });

  it('that is too large is told as it is so far, and stopped', async () => {
    start();
    head(503, { a: 'b' });
    data('12345678');
    data('901');
    data('more');
    finish();
    fail();
    expect(outcomes()).toEqual([1, 0]);
    expect(answers[0]).toMatchObject({ status: 503, headers: { a: 'b' }, trailers: undefined, truncated: true });
    expect(answers[0]?.body.toString()).toBe('12345678');
    expect(aborts()).toEqual(['The body is larger than maxResponseSize']);
    await expectNothingUnderWay();
  });
});

describe('a failure', () => {
  it('is told once, with its cause', async () => {
    const cause = new Error('broken');
    start();
    head();
    fail(cause);
    fail();
    data('x');
    finish();
    expect(failures).toEqual([{ cause, onDeadConnection: false }]);
    expect(failures[0]?.cause).toBe(cause);
    expect(answers).toEqual([]);
    await expectNothingUnderWay();
  });

  it.each(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])(
    '%s on a used connection before the head is of that connection',
    (code) => {
      startOnUsed();
      fail(coded(code));
      expect(failures[0]?.onDeadConnection).toBe(true);
    },
  );

  it.each<[name: string, play: (() => void)[], cause: Error]>([
    ['on a new connection', [start], coded('ECONNRESET')],
    ['after the head', [startOnUsed, head], coded('ECONNRESET')],
    ['with another code', [startOnUsed], coded('HPE_INVALID_CONSTANT')],
    ['with a code that is none', [startOnUsed], coded(undefined)],
    ['without a code', [startOnUsed], new Error('broken')],
    ['before it was sent', [], coded('ECONNRESET')],
  ])('%s is none of a dead connection', (_name, play, cause) => {
    for (const step of play) step();
    fail(cause);
    expect(failures.map(({ onDeadConnection }) => onDeadConnection)).toEqual([false]);
  });

  it('after an interim answer is still before the head', () => {
    startOnUsed();
    head(103);
    fail(coded('ECONNRESET'));
    expect(failures[0]?.onDeadConnection).toBe(true);
  });
});

describe('attemptTimeout', () => {
  it('runs from when the request is sent, not from before', async () => {
    vi.advanceTimersByTime(1000);
    expect(outcomes()).toEqual([0, 0]);
    start();
    vi.advanceTimersByTime(99);
    expect(outcomes()).toEqual([0, 0]);
    vi.advanceTimersByTime(2);
    expect(failures).toEqual([{ cause: undefined, onDeadConnection: false }]);
    expect(aborts()).toEqual(['The answer took longer than attemptTimeout']);
    // undici tells of the abort.
    fail(new Error('The answer took longer than attemptTimeout'));
    expect(outcomes()).toEqual([0, 1]);
    await expectNothingUnderWay();
  });

  it('is over headers and body together', () => {
    start();
    vi.advanceTimersByTime(60);
    head();
    data('a');
    vi.advanceTimersByTime(60);
    data('b');
    finish();
    expect(failures).toHaveLength(1);
    expect(answers).toHaveLength(0);
  });

  it('begins anew where the dispatcher sends the request anew', async () => {
    start();
    vi.advanceTimersByTime(60);
    start();
    vi.advanceTimersByTime(60);
    expect(outcomes()).toEqual([0, 0]);
    head();
    finish();
    expect(outcomes()).toEqual([1, 0]);
    await expectNothingUnderWay();
  });
});

describe('cancel', () => {
  it('ends it without a word', async () => {
    start();
    head();
    exchange.cancel();
    exchange.cancel();
    data('x');
    finish();
    fail();
    vi.advanceTimersByTime(1000);
    expect(outcomes()).toEqual([0, 0]);
    expect(aborts()).toEqual(['The call has ended']);
    await expectNothingUnderWay();
  });

  it('in the queue keeps it from being sent, and no connection is closed for it', () => {
    exchange.cancel();
    expect(() => start()).toThrow('given up before it was sent');
    expect(aborts()).toEqual([]);
    expect(outcomes()).toEqual([0, 0]);
  });
});

describe('refuse', () => {
  it('tells why', () => {
    const cause = new Error('closed');
    exchange.notSent(cause);
    exchange.notSent(cause);
    expect(failures).toEqual([{ cause, onDeadConnection: false }]);
    expect(failures[0]?.cause).toBe(cause);
  });

  it('has an error of its own for what is none', () => {
    exchange.notSent('text');
    expect(failures[0]?.cause).toEqual(new Error('The dispatcher refused the request'));
  });
});
