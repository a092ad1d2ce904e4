/** Real calls with each kind of credentials, and what came of them. */
exports.callAll = async function callAll({ TenantSnapshotsClient, isAtlasApiError }, { startAtlasEmulator }, options) {
  const emulator = await startAtlasEmulator({ digest: { algorithms: ['MD5', 'SHA-512-256', 'SHA-256'] } });
  const { groupId, clusterName, snapshotId } = emulator;
  const report = { node: process.versions.node };
  for (const [kind, credentials] of Object.entries(emulator.credentials)) {
    emulator.requests.length = 0;
    const client = new TenantSnapshotsClient({ baseUrl: emulator.url, credentials, ...options });
    const snapshot = await client.getTenantSnapshot(groupId, clusterName, snapshotId);
    const list = await client.listTenantSnapshots(groupId, clusterName);
    const pinned = { endpoint: 'tenant' };
    const refusal = await client
      .getTenantSnapshot(groupId, clusterName, 'f'.repeat(24), pinned)
      .catch((error) => error);
    await client.close();
    report[kind] = {
      status: snapshot.status,
      finished: snapshot.finishTime instanceof Date,
      listed: list.some(({ id }) => id === snapshotId),
      refused: isAtlasApiError(refusal, { status: 404 }),
      requests: emulator.requests.map(({ scheme, status }) => `${scheme} ${status}`),
    };
  }
  await emulator.close();
  return report;
};
