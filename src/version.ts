/** The package's version; a test compares it to package.json. */
export const version = '0.1.0';
