import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { beforeEach, expect, it, vi } from 'vitest';
import { at, finding, reportOf, shop, write } from '../report/support/reports.js';
import { run } from './support/run.js';

// Reports of November are not of the future.
beforeEach(() => void vi.setSystemTime(at(2, 13)));

const print = (files: string[], stop?: AbortSignal) => run(['report', ...files], false, stop);

it('prints a page of reports', async () => {
  const names = { ...shop, clusterName: 'old', clusterType: 'dedicated', state: 'fresh' };
  const files = write({ '1.json': reportOf(1, [names]), '2.json': reportOf(2, [finding('carts', 'stale', [1])]) });
  const { exitCode, stdout, stderr } = await print(files);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^<!DOCTYPE html>.*<span class="chip red">stale<\/span>.*<\/html>\n$/s);
  expect(stdout).toContain('class="chip magenta">no longer listed<');
});

it('says which files are no reports', async () => {
  const [file = '', report = ''] = write({ a: '{', b: reportOf(2, [finding('carts', 'fresh', [2])]) });
  const { exitCode, stdout, stderr } = await print(['--', `${file}`, report, '/missing\u001b.json']);
  expect(exitCode).toBe(3);
  expect(stderr).toBe(
    `/missing.json: ENOENT: no such file or directory, open '/missing.json'\n${file}: It is not JSON, or only a part of it.\n`,
  );
  expect(stdout).toContain(`<bdi>${file}</bdi>: It is not JSON`);
});

it('reads a pipe, and ends at a signal while it waits for one', async () => {
  const [pipe = ''] = write({ a: '' }).map((file) => `${file}.pipe`);
  execFileSync('mkfifo', [pipe]);
  const text = JSON.stringify(reportOf(2, [finding('carts', 'fresh', [2])]));
  const [{ exitCode, stdout }] = await Promise.all([print([pipe]), writeFile(pipe, text)]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('<bdi>carts</bdi>');
  const stop = new AbortController();
  const ended = print([pipe], stop.signal);
  setImmediate(() => stop.abort('SIGINT'));
  expect((await ended).exitCode).toBe('SIGINT');
  // The pending read gets an end.
  await writeFile(pipe, '');
});
