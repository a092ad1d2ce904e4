// `npm run types` compiles this. What errors, statuses and findings are narrowed to.
import { expectTypeOf } from 'vitest';
import {
  type BackupCheckTotals,
  type BackupFinding,
  type BackupSnapshot,
  type BackupState,
  checkBackups,
} from '../../../src/check/index.js';
import {
  type AtlasApiError,
  type AtlasError,
  type AtlasErrorCode,
  type AtlasIssue,
  isAtlasApiError,
  isAtlasError,
  type newestBackup,
  type SnapshotStatus,
  type TenantSnapshot,
  type TenantSnapshotsClient,
} from '../../../src/index.js';

declare const error: unknown;

// Any text is a status, while editors suggest the known ones.
expectTypeOf<string>().toExtend<SnapshotStatus>();
expectTypeOf<SnapshotStatus>().not.toEqualTypeOf<string>();

if (isAtlasError(error)) {
  expectTypeOf(error).toExtend<AtlasError>();
  expectTypeOf(error.code).toEqualTypeOf<AtlasErrorCode>();
  if (error.code === 'API_ERROR') expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
}
if (isAtlasError(error, 'API_ERROR')) expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
if (isAtlasError(error, 'INVALID_ARGUMENT')) expectTypeOf(error.issues).toEqualTypeOf<AtlasIssue[]>();
// @ts-expect-error no such code
isAtlasError(error, 'API');
if (isAtlasApiError(error, { status: undefined, errorCode: undefined })) {
  expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
}

// Snapshots of Flex clusters, and not those of dedicated ones.
type Snapshots = Parameters<typeof newestBackup>[0];
expectTypeOf<readonly TenantSnapshot[]>().toExtend<Snapshots>();
expectTypeOf<readonly { status: string; finishTime?: Date; more: number }[]>().toExtend<Snapshots>();
expectTypeOf<{ [more: string]: unknown; status: string; finishTime: Date }[]>().toExtend<Snapshots>();
expectTypeOf<{ status: string; createdAt: Date }[]>().not.toExtend<Snapshots>();
expectTypeOf<{ [more: string]: unknown; status: string; createdAt?: string | undefined }[]>().not.toExtend<Snapshots>();
expectTypeOf<unknown[]>().not.toExtend<Snapshots>();

declare const client: Pick<TenantSnapshotsClient, 'get' | 'getAll' | 'listTenantSnapshots'>;
expectTypeOf(checkBackups(client, { groupIds: ['a'] as const, maxAge: 'schedule', signal: null })).toEqualTypeOf<
  AsyncGenerator<BackupFinding, BackupCheckTotals>
>();

// A finding can be read without a look at its state.
expectTypeOf<BackupFinding['state']>().toEqualTypeOf<BackupState>();
expectTypeOf<BackupFinding['clusterName']>().toEqualTypeOf<string | undefined>();
expectTypeOf<BackupFinding['newest' | 'oldest']>().toEqualTypeOf<BackupSnapshot | undefined>();
expectTypeOf<BackupFinding['age' | 'maxAge' | 'backups']>().toEqualTypeOf<number | undefined>();
expectTypeOf<BackupFinding['pitEnabled']>().toEqualTypeOf<boolean | undefined>();
expectTypeOf<BackupFinding['reason']>().toEqualTypeOf<
  'backup off' | 'no schedule' | 'monthly only' | 'yearly only' | 'paused' | undefined
>();
expectTypeOf<BackupFinding['error']>().toEqualTypeOf<AtlasError | undefined>();

// It has what its state says.
declare const finding: BackupFinding;
if (finding.state === 'unknown') expectTypeOf(finding.error).toEqualTypeOf<AtlasError>();
else expectTypeOf(finding.clusterName).toEqualTypeOf<string>();
if (finding.state === 'fresh' || finding.state === 'stale' || finding.state === 'paused') {
  expectTypeOf(finding.newest).toEqualTypeOf<BackupSnapshot>();
  expectTypeOf(finding.oldest).toEqualTypeOf<BackupSnapshot>();
  expectTypeOf(finding.age).toEqualTypeOf<number>();
  expectTypeOf(finding.maxAge).toEqualTypeOf<number>();
  expectTypeOf(finding.backups).toEqualTypeOf<number>();
}
