import { expect, it } from 'vitest';
import { missingRoleCodes } from '../../../src/client/atlas/response.js';
import { adviseOnStatus } from '../../../src/client/errors/advice.js';

it.each<[when: string, responses: [status: number, errorCode?: string][], advice: RegExp]>([
  [
    'names the role that is missing',
    missingRoleCodes.map((code) => [401, code]),
    /login is valid, but a role is missing/,
  ],
  [
    'names the login for a wrong key',
    [[401], [401, 'UNEXPECTED_ERROR']],
    /credentials.*MONGODB_ATLAS_PUBLIC_KEY.*access list/,
  ],
  [
    'goes by the code, whatever the status',
    [
      [404, 'GROUP_NOT_FOUND'],
      [400, 'GROUP_NOT_FOUND'],
    ],
    /project ID/,
  ],
  [
    'goes by the status if the code says nothing',
    [[404], [404, 'NEW_CODE'], [404, 'toString'], [404, '']],
    /path and the IDs/,
  ],
  [
    'is the same for all access lists',
    [
      [403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'],
      [403, 'ORG_REQUIRES_ACCESS_LIST'],
      [403, 'RESOURCE_REQUIRES_ACCESS_LIST'],
    ],
    /IP access list/,
  ],
  ['names the way out of a retired endpoint', [[410], [404, 'RESOURCE_NOT_FOUND']], /endpoint: 'flex'/],
  [
    'is to wait if the status is temporary',
    [[408], [500], [503, 'UNEXPECTED_ERROR'], [599]],
    /temporarily unavailable/,
  ],
  ['is to slow down over a rate limit', [[429]], /fewer calls/],
  ['names redirects', [[302]], /^Redirects are not followed\. Check baseUrl \(MONGODB_ATLAS_BASE_URL\)/],
  [
    'is to check the way to Atlas after any other status',
    [[418], [418, 'constructor']],
    /^Check baseUrl \(MONGODB_ATLAS_BASE_URL\)/,
  ],
])('the advice %s', (_when, responses, advice) => {
  for (const [status, errorCode] of responses) expect(adviseOnStatus(status, errorCode)).toMatch(advice);
});
