/** The UTF-8 octets of a text, one a character: so undici takes and gives the text of a header. */
export function toOctets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
