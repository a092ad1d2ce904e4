import { describe, expectTypeOf, it } from 'vitest';
import {
  type AtlasError,
  type BackupCheckOptions,
  type BackupFinding,
  type BackupState,
  checkBackups,
  newestBackup,
  type TenantSnapshot,
  type TenantSnapshotsClient,
} from '../../src/index.js';

declare const client: TenantSnapshotsClient;
declare const finding: BackupFinding;

describe('newestBackup', () => {
  it('takes a list that it may not change', () => {
    expectTypeOf(newestBackup).parameters.toEqualTypeOf<[readonly TenantSnapshot[]]>();
    expectTypeOf(newestBackup).returns.toEqualTypeOf<TenantSnapshot | undefined>();
  });
});

describe('checkBackups', () => {
  it('yields findings', () => {
    expectTypeOf(checkBackups(client)).toEqualTypeOf<AsyncGenerator<BackupFinding, void>>();
  });

  it('needs two methods of a client', () => {
    const part: Pick<TenantSnapshotsClient, 'getAll' | 'listTenantSnapshots'> = client;
    expectTypeOf(checkBackups(part, { groupIds: ['a'] as const })).toExtend<AsyncIterable<BackupFinding>>();
  });

  it('has options that may all be undefined', () => {
    expectTypeOf<{ [K in keyof Required<BackupCheckOptions>]: undefined }>().toExtend<BackupCheckOptions>();
    expectTypeOf<{ signal: null }>().toExtend<BackupCheckOptions>();
  });
});

describe('a finding', () => {
  it('has one of five states', () => {
    expectTypeOf(finding.state).toEqualTypeOf<BackupState>();
    expectTypeOf<BackupState>().toEqualTypeOf<'fresh' | 'stale' | 'none' | 'new' | 'unknown'>();
  });

  it('can be read without a look at its state', () => {
    expectTypeOf(finding.clusterName).toEqualTypeOf<string | undefined>();
    expectTypeOf(finding.newest).toEqualTypeOf<TenantSnapshot | undefined>();
    expectTypeOf(finding.age).toEqualTypeOf<number | undefined>();
    expectTypeOf(finding.error).toEqualTypeOf<AtlasError | undefined>();
    expectTypeOf(finding.lastFailed).toEqualTypeOf<TenantSnapshot | undefined>();
  });

  it('has a backup and its age if it is fresh or stale', () => {
    if (finding.state !== 'fresh' && finding.state !== 'stale') return;
    expectTypeOf(finding.clusterName).toEqualTypeOf<string>();
    expectTypeOf(finding.newest).toEqualTypeOf<TenantSnapshot>();
    expectTypeOf(finding.age).toEqualTypeOf<number>();
  });

  it('has an error, and perhaps no cluster, if it is unknown', () => {
    if (finding.state !== 'unknown') return;
    expectTypeOf(finding.error).toEqualTypeOf<AtlasError>();
    expectTypeOf(finding.clusterName).toEqualTypeOf<string | undefined>();
  });
});
