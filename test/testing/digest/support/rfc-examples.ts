const rfc7616 = {
  username: 'Mufasa',
  password: 'Circle of Life',
  realm: 'http-auth@example.org',
  uri: '/dir/index.html',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  qop: 'auth',
  method: 'GET',
  body: '',
} as const;

const rfc2617 = {
  ...rfc7616,
  password: 'Circle Of Life',
  realm: 'testrealm@host.com',
  nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  cnonce: '0a4f113b',
} as const;

/** The examples of RFC 7616 section 3.9.1 and RFC 2617 section 3.5: the algorithm, the request and its response. */
export const rfcExamples = [
  ['MD5', rfc7616, '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', rfc7616, '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ['MD5', rfc2617, '6629fae49393a05397450978507c4ef1'],
] as const;
