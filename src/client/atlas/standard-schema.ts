/**
 * A schema of any library that follows Standard Schema: zod 3.24 or later, `zod/mini`, valibot, arktype and others.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<T> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks a value and converts it to the output, perhaps in a promise. */
    readonly validate: (value: unknown) =>
      | { readonly value: T; readonly issues?: undefined }
      | {
          readonly issues: readonly {
            readonly message: string;
            readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
          }[];
        }
      | Promise<unknown>;
  };
}

type SchemaResult<T> = Exclude<ReturnType<StandardSchema<T>['~standard']['validate']>, Promise<unknown>>;

/** What a schema finds wrong with a value: the error of zod, or of another library. */
export interface SchemaError {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** The result of a check. */
export type Parsed<T> = { readonly success: true; readonly data: T } | Invalid;

/** The result of a check that found something wrong. */
export interface Invalid {
  readonly success: false;
  readonly error: SchemaError;
  /** What the schema threw. */
  readonly thrown?: unknown;
}

/** Parses a JSON value. May return a promise, as a schema of the caller may be asynchronous. */
export type Parse<T> = (json: unknown) => Parsed<T> | Promise<Parsed<T>>;

/** The result of a check that found one thing wrong with the whole value. */
export function invalid(message: string): Invalid {
  return { success: false, error: { issues: [{ path: [], message }] } };
}

/** Whether a value of the caller's is a schema. The schemas of arktype are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema<unknown> {
  // Object() turns null and undefined into an empty object.
  const { version, validate }: Record<string, unknown> = Object(Object(value)['~standard']);
  return version === 1 && typeof validate === 'function';
}

/** Checks a value against a schema of the caller's, which may be asynchronous and may throw. */
export async function parseWith<T>(
  schema: StandardSchema<T> & { readonly safeParseAsync?: (value: unknown) => Promise<Parsed<T>> },
  value: unknown,
): Promise<Parsed<T>> {
  try {
    const standard = schema['~standard'];
    // Not the validate() of zod: it runs an asynchronous schema twice, and leaves the first rejection unhandled.
    if (standard.vendor === 'zod' && schema.safeParseAsync !== undefined) {
      const parsed = await schema.safeParseAsync(value);
      // zod builds the error when it is first read, which may throw.
      return parsed.success ? parsed : { success: false, error: parsed.error };
    }
    // Standard Schema defines the type to which the promise resolves.
    const result = (await standard.validate(value)) as SchemaResult<T>;
    if (result.issues === undefined) return { success: true, data: result.value };
    return { success: false, error: { issues: Array.from(result.issues, toPlainIssue) } };
  } catch (thrown) {
    return { ...invalid('the schema threw an error; see the cause'), thrown };
  }
}

// Array.from, because map() of arktype's arrays would return an array of its own class.
function toPlainIssue({ path = [], message }: NonNullable<SchemaResult<unknown>['issues']>[number]) {
  return { path: Array.from(path, (part) => (typeof part === 'object' ? part.key : part)), message: String(message) };
}
