import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { writeWhole } from '../../src/cli/files.js';
import { openFolder } from '../support/open-folder.js';

let folder = '';
let file = '';

beforeEach(() => {
  folder = openFolder();
  file = join(folder, 'report.json');
});

const modeOf = (path: string) => fs.statSync(path).mode & 0o777;
const read = () => fs.readFileSync(file, 'utf8');

describe('a file', () => {
  it('is made for its owner only', () => {
    expect(writeWhole(file, 'one')).toBeUndefined();
    expect([fs.readdirSync(folder), read(), modeOf(file)]).toEqual([['report.json'], 'one', 0o600]);
  });

  it.each([0o640, 0o600, 0o666])('keeps its mode %o', (mode) => {
    fs.writeFileSync(file, 'before');
    fs.chmodSync(file, mode);
    expect(writeWhole(file, 'after')).toBeUndefined();
    expect([read(), modeOf(file)]).toEqual(['after', mode]);
  });

  it('is followed to through a link, which stays one', () => {
    const link = join(folder, 'link');
    fs.writeFileSync(file, 'before');
    fs.symlinkSync('report.json', link);
    expect(writeWhole(link, 'after')).toBeUndefined();
    expect([read(), fs.readlinkSync(link)]).toEqual(['after', 'report.json']);
    expect(fs.readdirSync(folder)).toEqual(['link', 'report.json']);
  });

  it('is written under another name first, which nobody can plant', () => {
    const open = vi.spyOn(fs, 'openSync');
    for (const text of ['one', 'two']) expect(writeWhole(file, text)).toBeUndefined();
    const [first, second] = open.mock.calls.map(([name, flags, mode]) => ({ name, flags, mode }));
    expect(first).toMatchObject({ flags: 'wx', mode: 0o600 });
    expect(first?.name).not.toBe(second?.name);
  });

  it('keeps its owner, if the system allows it', () => {
    fs.writeFileSync(file, 'before');
    const { uid, gid } = fs.statSync(file);
    const chown = vi.spyOn(fs, 'fchownSync').mockImplementation(() => {
      throw new Error('EPERM');
    });
    expect(writeWhole(file, 'after')).toBeUndefined();
    expect(chown).toHaveBeenCalledWith(expect.any(Number), uid, gid);
    expect(read()).toBe('after');
  });

  it('stays as it was if not all can be written, and nothing else is left', () => {
    fs.writeFileSync(file, 'before');
    vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
      throw new Error('the disk is full');
    });
    expect(writeWhole(file, 'after')).toBe('the disk is full');
    expect([fs.readdirSync(folder), read()]).toEqual([['report.json'], 'before']);
  });

  it('is refused if it is none', () => {
    fs.mkdirSync(join(folder, 'folder'));
    fs.symlinkSync('/dev/null', join(folder, 'device'));
    fs.symlinkSync('missing', join(folder, 'dangling'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const name of ['folder', 'device', 'dangling', 'pipe', '.']) {
      expect(writeWhole(join(folder, name), 'x'), name).toBe('it is not a regular file');
    }
    for (const name of ['missing/a', 'missing/']) expect(writeWhole(join(folder, name), 'x')).toContain('ENOENT');
    expect(writeWhole(join(folder, 'a'.repeat(250)), 'x')).toContain('ENAMETOOLONG');
    expect(fs.readdirSync(folder)).toEqual(['dangling', 'device', 'folder', 'pipe']);
  });
});
