import { describe, expect, it, vi } from 'vitest';
import { AtlasApiError, AtlasConnectionError, AtlasInvalidResponseError, isAtlasApiError } from '../../src/index.js';
import { defaults } from '../support/defaults.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { fakeClock, skipTime, standStill } from '../support/fault-clock.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { type FaultServer, startFaultServer } from '../support/fault-server.js';
import { answer, end, good, head, pause, refusal, reset, type Script, send } from '../support/fault-steps.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { rejection } from '../support/rejection.js';

expectNoUnhandledRejection();
fakeClock();

/** The times between the requests, in ms. */
const waits = ({ requests }: FaultServer) =>
  requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? Number.NaN));

// With tolerance, as skipTime() advances the clock in steps of 50 ms.
function expectWait(wait: number | undefined, shortest: number, longest = shortest * 1.5): void {
  expect(wait).toBeGreaterThanOrEqual(shortest);
  expect(wait).toBeLessThanOrEqual(longest + 150);
}

const envelope = (status: number) => [
  answer(200, JSON.stringify({ status, content: { error: status, errorCode: 'X' } })),
];

describe('a call is retried after', () => {
  it.each([408, 429, 500, 502, 503, 504, 599])('a %i', async (status) => {
    const server = await startFaultServer([refusal(status), good]);
    await expect(skipTime(get(openFaultClient(server, { maxRetries: 3 })))).resolves.toBeDefined();
    expect(server.requests).toHaveLength(2);
    expectWait(waits(server)[0], 500);
  });

  it.each([408, 429, 500, 503])('a %i in an envelope', async (status) => {
    const server = await startFaultServer([envelope(status), [answer(200, '{"status":200,"content":{"id":null}}')]]);
    const call = get(openFaultClient(server, { maxRetries: 3 }), { envelope: true });
    await expect(skipTime(call)).resolves.toEqual({});
    expect(server.requests).toHaveLength(2);
    expectWait(waits(server)[0], 500);
  });

  it.each<[name: string, script: Script]>([
    ['a reset in the body', [send(head(200, 'content-length: 99')), pause(), reset]],
    ['a connection that is closed in the body', [send(head(200, 'content-length: 99')), end]],
    ['a response that is not HTTP', [send('hello\r\n\r\n')]],
    ['a 502 in HTML', [answer(502, '<html>Bad Gateway</html>')]],
    ['a 503 without a body', [answer(503, '')]],
    ['an attempt timeout', []],
  ])('%s', async (_name, script) => {
    const server = await startFaultServer([script, good]);
    const client = openFaultClient(server, { maxRetries: 3, attemptTimeout: 1000 });
    const { response } = await skipTime(
      client.getTenantSnapshot('32b6e34b3d91647abb20e7b8', 'Cluster0', '5cc310ace5dc7ce369814bc8').withResponse(),
    );
    expect(response.attempts).toBe(2);
  });
});

describe('a call is not retried after', () => {
  it.each([301, 400, 401, 402, 403, 404, 405, 409, 410, 418, 451])('a %i', async (status) => {
    const server = await startFaultServer([refusal(status, 'retry-after: 1'), good]);
    const error = await rejection(get(openFaultClient(server, { maxRetries: 3 })), AtlasApiError);
    expect(error).toMatchObject({ status, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it('a 304 without a body', async () => {
    const server = await startFaultServer([[send(head(304))], good]);
    const error = await rejection(get(openFaultClient(server, { maxRetries: 3 })), AtlasApiError);
    expect(error).toMatchObject({ status: 304, body: '', attempts: 1 });
  });

  it.each([400, 403, 404, 409])('a %i in an envelope', async (status) => {
    const server = await startFaultServer([envelope(status), good]);
    const client = openFaultClient(server, { maxRetries: 3 });
    const error = await rejection(get(client, { envelope: true }), AtlasApiError);
    expect(error).toMatchObject({ status, errorCode: 'X', attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  it.each(['', 'no JSON', '{"id":5}', '[]', '"text"', '{"id":"5cc3'])('a 200 with the body %j', async (body) => {
    const server = await startFaultServer([[answer(200, body)], good]);
    const error = await rejection(get(openFaultClient(server, { maxRetries: 3 })), AtlasInvalidResponseError);
    expect(error).toMatchObject({ code: 'INVALID_RESPONSE', attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });
});

describe('maxRetries', () => {
  it.each([0, 1, 2, 5])('limits the retries to %i', async (maxRetries) => {
    const server = await startFaultServer(refusal(500));
    const client = openFaultClient(server, { maxRetries, timeout: 600_000 });
    const error = await skipTime(rejection(get(client), AtlasApiError));
    expect(error.attempts).toBe(maxRetries + 1);
    expect(server.requests).toHaveLength(maxRetries + 1);
    await standStill();
    expect(server.requests).toHaveLength(maxRetries + 1);
  });

  it('of the call overrides that of the client', async () => {
    const server = await startFaultServer([reset]);
    const client = openFaultClient(server, { maxRetries: 3 });
    const error = await rejection(get(client, { maxRetries: 0 }), AtlasConnectionError);
    expect(error.attempts).toBe(1);
  });

  it('has a default', async () => {
    const server = await startFaultServer(refusal(500));
    const client = openFaultClient(server, { maxRetries: undefined });
    await skipTime(rejection(get(client), AtlasApiError));
    expect(server.requests).toHaveLength(defaults.maxRetries + 1);
  });
});

it('the delay between retries doubles, up to 8 s', async () => {
  const server = await startFaultServer(refusal(503));
  const client = openFaultClient(server, { maxRetries: 6, timeout: 600_000 });
  await skipTime(rejection(get(client), AtlasApiError));
  const [first, second, third, fourth, fifth, sixth] = waits(server);
  expectWait(first, 500);
  expectWait(second, 1000);
  expectWait(third, 2000);
  expectWait(fourth, 4000);
  expectWait(fifth, 8000);
  expectWait(sixth, 8000);
});

describe('Retry-After', () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);
  const imf = (date: Date) => date.toUTCString();
  const rfc850 = (date: Date) => {
    const [weekday, day, month, year, time] = imf(date).replace(',', '').split(' ');
    const long = { Sun: 'Sunday', Mon: 'Monday', Tue: 'Tuesday', Wed: 'Wednesday', Thu: 'Thursday', Fri: 'Friday' };
    const name = Object.entries(long).find(([short]) => short === weekday)?.[1] ?? 'Saturday';
    return `${name}, ${day}-${month}-${year?.slice(2)} ${time} GMT`;
  };
  const asctime = (date: Date) => {
    const [weekday, day = '', month, year, time] = imf(date).replace(',', '').split(' ');
    return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`;
  };

  // A date has whole seconds, so up to a second is lost.
  it.each<[name: string, value: () => string, shortest: number, longest: number]>([
    ['seconds', () => '3', 3000, 4500],
    ['0 seconds', () => '0', 500, 750],
    ['a second', () => '1', 1000, 1500],
    ['seconds with spaces around them', () => '  3  ', 3000, 4500],
    ['a date', () => imf(inSeconds(4)), 3000, 6000],
    ['a date in RFC 850 format', () => rfc850(inSeconds(4)), 3000, 6000],
    ['a date in asctime format', () => asctime(inSeconds(4)), 3000, 6000],
    ['a date in the past', () => imf(inSeconds(-4000)), 500, 750],
    ['garbage', () => 'soon', 500, 750],
    ['a negative number', () => '-5', 500, 750],
    ['a fraction', () => '2.5', 500, 750],
    ['no characters', () => '', 500, 750],
    ['a minute', () => '60', 60_000, 90_000],
  ])('of %s delays the retry', async (_name, value, shortest, longest) => {
    const server = await startFaultServer(({ number }) =>
      number === 1 ? refusal(429, `retry-after: ${value()}`) : good,
    );
    const client = openFaultClient(server, { maxRetries: 1, timeout: 600_000 });
    await expect(skipTime(get(client))).resolves.toBeDefined();
    expectWait(waits(server)[0], shortest, longest);
  });

  it.each<[name: string, value: () => string, timeout: number, reported: number]>([
    ['more than a minute', () => '61', 600_000, 61_000],
    ['past the deadline', () => '20', 10_000, 20_000],
    ['a date in more than a minute', () => imf(inSeconds(3600)), 600_000, 3_600_000],
    ['a date past the deadline', () => imf(inSeconds(30)), 10_000, 30_000],
    ['too large for a number', () => '9'.repeat(400), 600_000, Number.POSITIVE_INFINITY],
  ])('%s ends the call at once', async (_name, value, timeout, reported) => {
    const server = await startFaultServer(() => refusal(429, `retry-after: ${value()}`));
    const client = openFaultClient(server, { maxRetries: 3, timeout });
    const error = await rejection(get(client), AtlasApiError);
    expect(error.attempts).toBe(1);
    expect(error.retryAfter).toBeLessThanOrEqual(reported);
    if (reported !== Number.POSITIVE_INFINITY) expect(error.retryAfter).toBeGreaterThan(reported - 2000);
  });

  it.each([
    ['2', 2000],
    ['Mon, 01 Jan 1990 00:00:00 GMT', 0],
    ['garbage', undefined],
  ])('of %j is %s in the error', async (value, retryAfter) => {
    const server = await startFaultServer(refusal(503, `retry-after: ${value}`));
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    expect(error.retryAfter).toBe(retryAfter);
  });

  it('counts from the response, not from the start of the call', async () => {
    const server = await startFaultServer([refusal(500), refusal(429, 'retry-after: 20')]);
    const client = openFaultClient(server, { maxRetries: 3, timeout: 20_100 });
    const error = await skipTime(rejection(get(client), AtlasApiError));
    expect(error).toMatchObject({ status: 429, attempts: 2, retryAfter: 20_000 });
  });

  it('is waited for without jitter if that would exceed the deadline', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.99);
    const server = await startFaultServer([[answer(429, '', 'Retry-After: 3')], good]);
    const call = get(openFaultClient(server, { maxRetries: 3, timeout: 4000 }));
    await expect(skipTime(call)).resolves.toBeDefined();
    expectWait(waits(server)[0], 3000, 3000);
  });

  it('delays the retry after an enveloped error', async () => {
    const body = JSON.stringify({ status: 429, content: { error: 429, errorCode: 'RATE_LIMITED' } });
    const server = await startFaultServer([[answer(200, body, 'retry-after: 3')], good]);
    const client = openFaultClient(server, { maxRetries: 1 });
    await skipTime(get(client, { envelope: true }));
    expectWait(waits(server)[0], 3000);
  });
});

describe('each retry has a new login', () => {
  it('with a new nc for Digest', async () => {
    const emulator = await openEmulator();
    const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.apiKey });
    const call = () => client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
    emulator.respond({ status: 503 }, { reset: true }, { status: 503 });
    await expect(skipTime(call())).resolves.toBeDefined();
    const logins = emulator.requests.map(({ headers }) => /nc=(\w+)/.exec(headers['authorization'] ?? '')?.[1]);
    expect(logins).toEqual([undefined, '00000001', '00000002', '00000003', '00000004']);
    const responses = emulator.requests.map(
      ({ headers }) => /response="(\w+)/.exec(headers['authorization'] ?? '')?.[1],
    );
    expect(new Set(responses).size).toBe(5);
  });

  it('with a new token from an accessToken function', async () => {
    let calls = 0;
    const accessToken = () => {
      calls += 1;
      return `token-${calls}`;
    };
    const server = await startFaultServer([refusal(503), [reset], good]);
    const client = openFaultClient(server, { credentials: { accessToken }, maxRetries: 2 });
    await skipTime(get(client));
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
      'Bearer token-3',
    ]);
  });
});

it('rejects with the error of the last attempt', async () => {
  const server = await startFaultServer([refusal(500), refusal(502), refusal(404)]);
  const reason = await skipTime(rejection(get(openFaultClient(server, { maxRetries: 3 })), AtlasApiError));
  expect(isAtlasApiError(reason, { status: 404 })).toBe(true);
  expect(reason.attempts).toBe(3);
});
