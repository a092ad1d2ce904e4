/** The example of a 200 on the endpoint's reference page. */
export const referenceSnapshot = {
  expiration: '2025-05-04T09:42:00Z',
  finishTime: '2025-05-04T09:42:00Z',
  id: '32b6e34b3d91647abb20e7b8',
  links: [{ href: 'https://cloud.mongodb.com/api/atlas', rel: 'self' }],
  mongoDBVersion: 'string',
  scheduledTime: '2025-05-04T09:42:00Z',
  startTime: '2025-05-04T09:42:00Z',
  status: 'PENDING',
};

/** A recorded response of Atlas. */
export const failedSnapshot = {
  finishTime: '2019-04-26T14:08:07Z',
  id: '5cc310ace5dc7ce369814bc8',
  mongoDBVersion: '4.2.7',
  scheduledTime: '2019-04-26T12:00:00Z',
  startTime: '2019-04-26T14:07:53Z',
  status: 'FAILED',
};

/** The number as a snapshot id. */
export function hexId(number: number): string {
  return number.toString(16).padStart(24, '0');
}

/** That many snapshots with different ids. */
export function snapshots(count: number): { id: string; status: string }[] {
  return Array.from({ length: count }, (_none, index) => ({ id: hexId(index + 1), status: 'COMPLETED' }));
}
