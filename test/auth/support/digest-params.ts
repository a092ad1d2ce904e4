/** The parameters of an `Authorization: Digest` value, unquoted. */
export function paramsOf(authorization = ''): Record<string, string> {
  const params = authorization.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))(?:, |$)/gs);
  return Object.fromEntries(
    Array.from(params, ([, name = '', quoted, token = '']) => [name, quoted?.replace(/\\(.)/gs, '$1') ?? token]),
  );
}
