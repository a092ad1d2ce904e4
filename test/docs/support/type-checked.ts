import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const entries = ['src/index.ts', 'src/check/index.ts', 'src/testing/index.ts'].map((path) => root + path);

/** The result of type-checking code that imports the package by its name, under the project's strict settings. */
export interface TypeChecked {
  /** The problems in each file, as `line: message`. */
  readonly problems: ReadonlyMap<string, string[]>;
  /** The types that the entries of the package export, by name. */
  readonly surface: ReadonlyMap<string, ts.Type>;
  readonly checker: ts.TypeChecker;
}

/** @param texts - files that are not on disk, by their path from the project's root. */
export function typeCheck(files: string[], texts: ReadonlyMap<string, string>): TypeChecked {
  const virtual = new Map([...texts].map(([name, text]) => [root + name, text]));
  const options = readOptions();
  const names = [...entries, ...files.map((name) => root + name), ...virtual.keys()];
  const program = ts.createProgram(names, options, overlay(options, virtual));
  const checker = program.getTypeChecker();
  const exports = entries.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(sourceFile(program, entry));
    return module === undefined ? [] : checker.getExportsOfModule(module);
  });
  return {
    checker,
    surface: new Map(exports.map((symbol) => [symbol.name, declaredType(checker, symbol)])),
    problems: new Map([...files, ...texts.keys()].map((name) => [name, problemsIn(program, root + name)])),
  };
}

function readOptions(): ts.CompilerOptions {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.config.compilerOptions, root);
  return {
    ...options,
    // Examples may leave variables unused, and they use process.env.NAME.
    noUnusedLocals: false,
    noPropertyAccessFromIndexSignature: false,
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
    paths: {
      'atlas-tenant-snapshots': [`${root}src/index.ts`],
      'atlas-tenant-snapshots/*': [`${root}src/*/index.ts`],
    },
  };
}

function overlay(options: ts.CompilerOptions, virtual: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.readFile = (name) => virtual.get(name) ?? readFile(name);
  host.getSourceFile = (name, settings, ...rest) => {
    const text = virtual.get(name);
    return text === undefined ? getSourceFile(name, settings, ...rest) : ts.createSourceFile(name, text, settings);
  };
  return host;
}

function problemsIn(program: ts.Program, name: string): string[] {
  const source = sourceFile(program, name);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(describe);
}

function sourceFile(program: ts.Program, name: string): ts.SourceFile {
  const source = program.getSourceFile(name);
  if (source === undefined) throw new Error(`${name} is not in the program`);
  return source;
}

function declaredType(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Type {
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  return checker.getDeclaredTypeOfSymbol(isAlias ? checker.getAliasedSymbol(symbol) : symbol);
}

function describe({ file, start = 0, messageText }: ts.Diagnostic): string {
  const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
  return `${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}
