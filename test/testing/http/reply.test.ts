import { describe, expect, it } from 'vitest';
import { snapshotId } from '../../support/snapshot-routes.js';
import { flexPath, openApi, otherId, tenantPath } from '../support/open-api.js';

it('pretty=true indents the body', async () => {
  const { get } = await openApi();
  const { text, json } = await get(tenantPath(`/${snapshotId}?pretty=true`));
  expect(text).toBe(JSON.stringify(json, null, 2));
});

describe('envelope=true leads to a 200 with the status in the body', () => {
  it.each([
    ['of a snapshot', tenantPath(`/${snapshotId}`), { status: 200, content: { id: snapshotId } }],
    ['of an error', flexPath(`/${otherId}`), { status: 404, content: { error: 404 } }],
    ['of a list, beside its results', tenantPath(), { status: 200, totalCount: 5 }],
  ])('%s', async (_name, path, body) => {
    const { get } = await openApi();
    expect(await get(`${path}?envelope=true`)).toMatchObject({ status: 200, json: body });
    expect((await get(`${path}?envelope=false`)).json).not.toMatchObject(body);
  });

  it('except at the token endpoint, which does not know it', async () => {
    const { get } = await openApi();
    const refused = await get('/api/oauth/token?envelope=true', { method: 'POST' });
    expect(refused).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  it('under the key that the options select', async () => {
    const { get } = await openApi({ envelopeKey: 'envelope' });
    const { json } = await get(tenantPath(`/${snapshotId}?envelope=true`));
    expect(json).toEqual({ status: 200, envelope: expect.objectContaining({ id: snapshotId }) });
  });

  it('of a scripted object or error, also a 401, but not of text', async () => {
    const { emulator, get } = await openApi();
    emulator.respond({ body: { id: 'x' } }, { status: 401 }, { status: 502, body: '<html>Bad Gateway</html>' });
    const path = tenantPath('?envelope=true');
    expect(await get(path)).toMatchObject({ status: 200, json: { status: 200, content: { id: 'x' } } });
    expect(await get(path)).toMatchObject({ status: 200, json: { status: 401 } });
    expect(await get(path)).toMatchObject({ status: 502, text: '<html>Bad Gateway</html>' });
  });
});
