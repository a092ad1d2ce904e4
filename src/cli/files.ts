import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from './text.js';

/** Returns the file that a path leads to through links. The file may not exist yet. */
export function resolveFile(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    const folder = path.dirname(file);
    return path.join(fs.existsSync(folder) ? fs.realpathSync(folder) : path.resolve(folder), path.basename(file));
  }
}

/**
 * Writes a file, whole or not at all. An existing file keeps its mode, and a new one is for its owner only. Returns why it could
 * not be written.
 *
 * @param nameInFolder - the name, without `.json`, of the new file if `file` is a folder or ends with a slash. A missing folder is
 * created.
 */
export function writeWhole(file: string, parts: Iterable<string>, nameInFolder?: string): string | undefined {
  try {
    if (nameInFolder !== undefined && isFolder(file)) addToFolder(file, nameInFolder, parts);
    else replace(file, parts);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function isFolder(file: string): boolean {
  return file.endsWith('/') || fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

function addToFolder(folder: string, name: string, parts: Iterable<string>): void {
  fs.mkdirSync(folder, { recursive: true });
  const target = path.join(folder, name);
  writeBeside(target, parts, undefined, (temporary) => linkToFreeName(temporary, target));
}

/** Unlike a rename, a link fails if the name is taken. So no run replaces the file of another one. */
function linkToFreeName(temporary: string, target: string): void {
  for (let count = 1; ; count += 1) {
    try {
      fs.linkSync(temporary, count === 1 ? `${target}.json` : `${target}-${count}.json`);
      return;
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      const advice = "If the folder's file system does not support hard links, name a file instead.";
      if (code !== 'EEXIST') throw ['EPERM', 'ENOTSUP'].includes(code) ? new Error(`${message}. ${advice}`) : error;
    }
  }
}

function replace(file: string, parts: Iterable<string>): void {
  const target = resolveFile(file);
  const existing = fs.lstatSync(target, { throwIfNoEntry: false });
  // The rename would replace a device, such as /dev/null, or a link to nothing.
  if (existing?.isFile() === false) throw new Error('it is not a regular file');
  writeBeside(target, parts, existing?.mode, (temporary) => fs.renameSync(temporary, target));
}

/**
 * Writes a temporary file beside the target.
 *
 * @param mode - of the file that is replaced, if there is one.
 * @param move - moves the temporary file to the target, when it is complete.
 */
function writeBeside(
  target: string,
  parts: Iterable<string>,
  mode: number | undefined,
  move: (temporary: string) => void,
): void {
  const temporary = `${target}.${randomUUID()}.tmp`;
  // Fails if somebody else has made the file meanwhile.
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    for (const part of parts) fs.writeFileSync(fd, part);
    if (mode !== undefined) fs.fchmodSync(fd, mode);
    fs.fsyncSync(fd);
    move(temporary);
  } finally {
    fs.closeSync(fd);
    fs.rmSync(temporary, { force: true });
  }
}
