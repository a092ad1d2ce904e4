// The example of RFC 9110 5.6.7, in its three forms.
export const date = Date.UTC(1994, 10, 6, 8, 49, 37);
export const forms = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'];
export const noDates = [
  '',
  'soon',
  '5',
  '2.5',
  '-5',
  '1994',
  '1994-11-06T08:49:37Z',
  '06 Nov 1994 08:49:37 GMT',
  'x Sun, 06 Nov 1994 08:49:37 GMT',
  'Sun, 99 Nov 1994 08:49:37 GMT',
  'Sun, 06 Foo 1994 08:49:37 GMT',
  'Sunshine',
  'Mon',
  'Mon x',
  'Mon 5',
  'Sun, 06 Nov 1994 08:49:37 GMT, or later',
  'Sun Nov  6 08:49:37 1994 or later',
  'On Sun Nov  6 08:49:37 1994',
  'Mon, 5',
  'Retry after 12 10:10:10 GMT',
  'Retry in 10 Nov 2030 10:10:10 GMT',
  'Monkey, 06 Nov 1994 08:49:37 GMT and 10:10:10',
];
