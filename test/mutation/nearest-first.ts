import { basename, dirname, relative, sep } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/**
 * Begins with the test files that are nearest to the mutated source file: the first failed test ends a mutant, and most
 * mutants fail the tests of their own file.
 */
export class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Stryker sets it to the one file whose mutant is active.
    const mutated = this.ctx.config.related?.[0];
    if (mutated === undefined) return sorted;
    const source = inside(this.ctx.config.root, 'src', mutated);
    const distance = ({ moduleId }: TestSpecification) => far(source, inside(this.ctx.config.root, 'test', moduleId));
    return sorted.sort((one, other) => distance(one) - distance(other));
  }
}

function inside(root: string, folder: string, file: string): string {
  return relative(`${root}${sep}${folder}`, file).replace(/\.ts$/, '');
}

function far(source: string, test: string): number {
  if (test.startsWith(`${source}.`)) return 0;
  if (basename(test).includes(basename(source))) return 1;
  return dirname(test) === dirname(source) ? 2 : 3;
}
