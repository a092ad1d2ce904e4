/** A JavaScript runtime, as a package of npm brings it. */
export interface Runtime {
  readonly name: string;
  /** The package with the binary for this machine, and its version. */
  readonly package: string;
  readonly version: string;
  /** Path of the binary in the package. */
  readonly binary: string;
  /** Arguments before those of a program. */
  readonly args: readonly string[];
  /** The same, for a program in CommonJS. */
  readonly argsOfCommonJs: readonly string[];
  /** Whether undici 8 supports it. */
  readonly hasUndici8: boolean;
}

const { platform, arch } = process;

function node(version: string): Runtime {
  const args = ['--throw-deprecation'];
  return {
    name: `Node ${version}`,
    package: `node-${platform}-${arch}`,
    version,
    binary: 'bin/node',
    args,
    argsOfCommonJs: args,
    // It needs Node 22.19.
    hasUndici8: Number.parseInt(version, 10) >= 22,
  };
}

// The smallest set of permissions. Without --no-prompt, Deno would ask for more.
const denoArgs = ['run', '--no-prompt', '--allow-net=127.0.0.1', '--allow-env'];

const deno: Runtime = {
  name: 'Deno 2',
  package: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`,
  version: '2',
  binary: 'deno',
  args: denoArgs,
  argsOfCommonJs: [...denoArgs, '--allow-read'],
  hasUndici8: true,
};

const bun: Runtime = {
  name: 'Bun 1',
  package: `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
  version: '1',
  binary: 'bin/bun',
  args: [],
  argsOfCommonJs: [],
  hasUndici8: true,
};

/** The oldest Node that package.json's `engines` allows, the newest of each maintained line, Deno and Bun. */
export const runtimes: readonly Runtime[] = [...['20.18.1', '20', '22', '24', '26'].map(node), deno, bun];
