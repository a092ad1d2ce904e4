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
 */
export function writeWhole(file: string, parts: Iterable<string>): string | undefined {
  try {
    const target = resolveFile(file);
    const existing = fs.lstatSync(target, { throwIfNoEntry: false });
    // The rename would replace a device, such as /dev/null, or a link to nothing.
    if (existing?.isFile() === false) return 'it is not a regular file';
    replace(target, parts, existing?.mode);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** @param mode - of the file that is replaced, if there is one. */
function replace(target: string, parts: Iterable<string>, mode: number | undefined): void {
  const temporary = `${target}.${randomUUID()}.tmp`;
  // Fails if somebody else has made the file meanwhile.
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    for (const part of parts) fs.writeFileSync(fd, part);
    if (mode !== undefined) fs.fchmodSync(fd, mode);
    fs.fsyncSync(fd);
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  } finally {
    fs.closeSync(fd);
  }
}
