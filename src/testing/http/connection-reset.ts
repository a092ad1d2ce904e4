/** Thrown to reset the connection instead of sending the rest of a response. */
export class ConnectionReset extends Error {
  override readonly name = 'ConnectionReset';
  readonly code = 'ECONNRESET';

  constructor() {
    super('The emulator resets this connection, as the test scripted.');
  }
}
