import { describe, expectTypeOf, it } from 'vitest';
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

const error: unknown = undefined;

it('a status may be unknown, while editors suggest the known ones', () => {
  expectTypeOf<string>().toExtend<SnapshotStatus>();
  expectTypeOf<SnapshotStatus>().not.toEqualTypeOf<string>();
});

describe('isAtlasError', () => {
  it('narrows to AtlasError', () => {
    if (!isAtlasError(error)) return;
    expectTypeOf(error).toExtend<AtlasError>();
    expectTypeOf(error.code).toEqualTypeOf<AtlasErrorCode>();
  });

  it('narrows to the class of a code', () => {
    if (isAtlasError(error, 'API_ERROR')) expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
    if (isAtlasError(error, 'INVALID_ARGUMENT')) expectTypeOf(error.issues).toEqualTypeOf<AtlasIssue[]>();
  });

  it('leaves a union that its code narrows', () => {
    if (isAtlasError(error) && error.code === 'API_ERROR') expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
  });

  it('rejects an unknown code', () => {
    // @ts-expect-error
    isAtlasError(error, 'API');
  });
});

it('isAtlasApiError narrows, and accepts undefined in its match', () => {
  const status: number | undefined = undefined;
  if (isAtlasApiError(error, { status, errorCode: undefined })) expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
});

it('newestBackup takes snapshots of Flex clusters, and not those of dedicated ones', () => {
  type Input = Parameters<typeof newestBackup>[0];
  expectTypeOf<TenantSnapshot[]>().toExtend<Input>();
  expectTypeOf<readonly TenantSnapshot[]>().toExtend<Input>();
  expectTypeOf<readonly { status: string; finishTime?: Date; more: number }[]>().toExtend<Input>();
  expectTypeOf<{ [more: string]: unknown; status: string; finishTime: Date }[]>().toExtend<Input>();
  expectTypeOf<{ status: string; createdAt: Date }[]>().not.toExtend<Input>();
  expectTypeOf<{ [more: string]: unknown; status: string; createdAt?: string | undefined }[]>().not.toExtend<Input>();
  expectTypeOf<unknown[]>().not.toExtend<Input>();
});

it('checkBackups needs three methods of a client, and takes a signal that is null', () => {
  const check = (part: Pick<TenantSnapshotsClient, 'get' | 'getAll' | 'listTenantSnapshots'>) =>
    checkBackups(part, { groupIds: ['a'] as const, maxAge: 'schedule', signal: null });
  expectTypeOf(check).returns.toEqualTypeOf<AsyncGenerator<BackupFinding, BackupCheckTotals>>();
});

describe('a finding', () => {
  it('can be read without a look at its state', () => {
    const read = (finding: BackupFinding) => {
      expectTypeOf(finding.state).toEqualTypeOf<BackupState>();
      expectTypeOf(finding.clusterName).toEqualTypeOf<string | undefined>();
      expectTypeOf(finding.newest).toEqualTypeOf<BackupSnapshot | undefined>();
      expectTypeOf(finding.age).toEqualTypeOf<number | undefined>();
      expectTypeOf(finding.maxAge).toEqualTypeOf<number | undefined>();
      expectTypeOf(finding.oldest).toEqualTypeOf<BackupSnapshot | undefined>();
      expectTypeOf(finding.backups).toEqualTypeOf<number | undefined>();
      expectTypeOf(finding.pitEnabled).toEqualTypeOf<boolean | undefined>();
      expectTypeOf(finding.reason).toEqualTypeOf<
        'backup off' | 'no schedule' | 'monthly only' | 'yearly only' | 'paused' | undefined
      >();
      expectTypeOf(finding.error).toEqualTypeOf<AtlasError | undefined>();
    };
    expectTypeOf(read).returns.toBeVoid();
  });

  it('has what its state says', () => {
    const narrow = (finding: BackupFinding) => {
      if (finding.state === 'unknown') {
        expectTypeOf(finding.error).toEqualTypeOf<AtlasError>();
      } else {
        expectTypeOf(finding.clusterName).toEqualTypeOf<string>();
      }
      if (finding.state === 'fresh' || finding.state === 'stale' || finding.state === 'paused') {
        expectTypeOf(finding.newest).toEqualTypeOf<BackupSnapshot>();
        expectTypeOf(finding.age).toEqualTypeOf<number>();
        expectTypeOf(finding.maxAge).toEqualTypeOf<number>();
        expectTypeOf(finding.oldest).toEqualTypeOf<BackupSnapshot>();
        expectTypeOf(finding.backups).toEqualTypeOf<number>();
      }
    };
    expectTypeOf(narrow).returns.toBeVoid();
  });
});
