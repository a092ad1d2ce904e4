/**
 * What a bearer token is made of; nothing else goes into a header.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export const tokenSyntax: RegExp = /^[A-Za-z0-9\-._~+/]+=*$/;
