import { expect, it } from 'vitest';
import type { RecordedRequest } from '../../src/testing/index.js';
import { flexSnapshotsPath, openApi } from './support/open-api.js';

it('onResponse() is called with each request that gets a response, and its status', async () => {
  const seen: string[] = [];
  const onResponse = ({ method, path, status }: RecordedRequest) => seen.push(`${method} ${path} ${status}`);
  const { emulator, statusOf } = await openApi({ onResponse });
  emulator.respond({ reset: true, for: 'any' });
  await expect(statusOf('/reset')).rejects.toThrow();
  await statusOf(flexSnapshotsPath('?pageNum=1'));
  expect(seen).toEqual([`GET ${flexSnapshotsPath('?pageNum=1')} 200`]);
});

it('a scripted answer that HTTP does not have is a 500 that says so', async () => {
  const { emulator, get } = await openApi();
  emulator.respond({ status: 1000 });
  expect(await get(flexSnapshotsPath())).toMatchObject({ status: 500, text: expect.stringContaining('1000') });
});
