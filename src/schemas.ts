import { z } from 'zod';
import { toDate } from './to-date.js';

/** Phase of a snapshot. Atlas adds values without notice: any string is let through. */
export type SnapshotStatus = 'PENDING' | 'QUEUED' | 'RUNNING' | 'FAILED' | 'COMPLETED' | (string & {});

/**
 * One backup snapshot. Every field may be missing; what Atlas sends as `null` is missing here, and what Atlas sends
 * and this type does not name is kept on the object.
 *
 * @see https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-getflexbackup
 */
export interface TenantSnapshot {
  /** 24 hexadecimal digits. */
  id?: string | undefined;
  /** How far it is. */
  status?: SnapshotStatus | undefined;
  /** Version of MongoDB that the snapshot was taken from. */
  mongoDBVersion?: string | undefined;
  /** When Atlas takes the snapshot. */
  scheduledTime?: Date | undefined;
  /** When Atlas began to take it. */
  startTime?: Date | undefined;
  /** When Atlas had written it. */
  finishTime?: Date | undefined;
  /** When its download link stops working. */
  expiration?: Date | undefined;
  /** Where Atlas has more. */
  links?: { href: string; rel: string }[] | undefined;
}

/** The body of an Atlas error. */
export interface ApiErrorBody {
  /** The HTTP status. */
  error: number;
  /** Atlas's own code. */
  errorCode: string;
  /** What Atlas says of this case. */
  detail?: string | undefined;
  /** The status in words. */
  reason?: string | undefined;
  /** Values that belong to `detail`. */
  parameters?: unknown[] | undefined;
  /** The fields of a request that Atlas refused. */
  badRequestDetail?: { fields?: { description: string; field: string }[] | undefined } | undefined;
}

/** The body of a list of snapshots. */
export interface SnapshotPage {
  results: TenantSnapshot[];
  totalCount?: number | undefined;
  links?: { href: string; rel: string }[] | undefined;
}

const hex24 = /^[a-f0-9]{24}$/;

/** A project's id. */
export const groupIdSchema: z.ZodType<string> = z
  .string('must be a string')
  .regex(hex24, 'must be 24 hexadecimal digits in lower case');

/** A cluster's name. */
export const clusterNameSchema: z.ZodType<string> = z
  .string('must be a string')
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9-]*$/, 'must be letters, digits and hyphens, and begin with a letter or digit');

/** A snapshot's id. */
export const snapshotIdSchema: z.ZodType<string> = groupIdSchema;

const time = z.iso.datetime({ offset: true }).transform(toDate).nullish();

const links = z.array(z.looseObject({ href: z.string(), rel: z.string() })).nullish();

type Present<T> = { [K in keyof T]: Exclude<T[K], null> };

/** An object that may have more fields; of these, Atlas sends null for what is not there yet. */
function nullable<S extends z.core.$ZodLooseShape>(shape: S) {
  return z.looseObject(shape).transform((value) => {
    const fields: Record<string, unknown> = value;
    // Over the fields that are there, not over the shape's names: 0.1 µs less a snapshot.
    for (const name in fields) if (fields[name] == null && Object.hasOwn(shape, name)) delete fields[name];
    // The loop has taken the nulls away.
    return value as Present<typeof value>;
  });
}

/** Checks a snapshot as Atlas sends it, and makes a {@link TenantSnapshot} of it. */
export const tenantSnapshotSchema: z.ZodType<TenantSnapshot> = nullable({
  id: z.string().regex(hex24, 'must be 24 hexadecimal digits').nullish(),
  status: z.string().nullish(),
  mongoDBVersion: z.string().nullish(),
  scheduledTime: time,
  startTime: time,
  finishTime: time,
  expiration: time,
  links,
});

/** Checks one page of a list of snapshots. */
export const snapshotPageSchema: z.ZodType<SnapshotPage> = nullable({
  results: z.array(tenantSnapshotSchema),
  totalCount: z.number().int().nonnegative().nullish(),
  links,
});

/** Checks whether a body is an Atlas error. */
export const apiErrorSchema: z.ZodType<ApiErrorBody> = nullable({
  error: z.number().int(),
  errorCode: z.string(),
  detail: z.string().nullish(),
  reason: z.string().nullish(),
  parameters: z.array(z.unknown()).nullish(),
  badRequestDetail: nullable({
    fields: z.array(z.looseObject({ description: z.string(), field: z.string() })).nullish(),
  }).nullish(),
});
