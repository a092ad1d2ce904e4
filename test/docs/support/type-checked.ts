import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const entries = ['src/client/index.ts', 'src/check/index.ts', 'src/testing/index.ts'];

/** The result of type-checking code that imports the package by its name, under the project's strict settings. */
export interface TypeChecked {
  /** The problems in each file, as `line: message`. */
  readonly problems: ReadonlyMap<string, string[]>;
  /** The types that the entries of the package export and document, by name. */
  readonly exportedTypes: ReadonlyMap<string, ts.Type>;
  readonly checker: ts.TypeChecker;
}

/** @param texts - files that are not on disk, by their path from the project's root. */
export function typeCheck(files: readonly string[], texts: ReadonlyMap<string, string>): TypeChecked {
  const program = createProgram([...entries, ...files, ...texts.keys()], texts);
  const checker = program.getTypeChecker();
  const exports = entries.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(sourceFile(program, entry));
    return module === undefined ? [] : checker.getExportsOfModule(module);
  });
  return {
    checker,
    exportedTypes: new Map(exports.map((symbol) => [symbol.name, declaredType(checker, symbol)])),
    problems: new Map([...files, ...texts.keys()].map((name) => [name, problemsIn(program, name)])),
  };
}

function createProgram(names: readonly string[], texts: ReadonlyMap<string, string>): ts.Program {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.config.compilerOptions, root);
  Object.assign(options, {
    // Examples may leave variables unused, and they use process.env.NAME.
    noUnusedLocals: false,
    noPropertyAccessFromIndexSignature: false,
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
    paths: {
      'atlas-tenant-snapshots': [`${root}src/client/index.ts`],
      'atlas-tenant-snapshots/*': [`${root}src/*/index.ts`],
    },
  } satisfies ts.CompilerOptions);
  const virtual = new Map([...texts].map(([name, text]) => [root + name, text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.readFile = (name) => virtual.get(name) ?? readFile(name);
  const paths = names.map((name) => root + name);
  return ts.createProgram(paths, options, host);
}

function sourceFile(program: ts.Program, name: string): ts.SourceFile {
  const source = program.getSourceFile(root + name);
  if (source === undefined) throw new Error(`${name} is not in the program`);
  return source;
}

function declaredType(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Type {
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  return checker.getDeclaredTypeOfSymbol(isAlias ? checker.getAliasedSymbol(symbol) : symbol);
}

function problemsIn(program: ts.Program, name: string): string[] {
  const source = sourceFile(program, name);
  const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return problems.map(({ start = 0, messageText }) => {
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}
