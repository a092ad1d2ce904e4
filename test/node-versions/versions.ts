/** The floor of package.json's `engines`, and the newest of each line that is alive. */
export const versions = ['20.18.1', '20', '22', '24', '26'] as const;
