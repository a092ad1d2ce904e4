import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from './lines.js';

/** Returns the file that a path leads to through links. The file may not exist yet. */
export function resolveFile(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    const folder = path.dirname(file);
    // With the slash at the end, it stays a folder that is missing.
    const name = file.endsWith('/') ? `${path.basename(file)}/` : path.basename(file);
    return path.join(fs.existsSync(folder) ? fs.realpathSync(folder) : path.resolve(folder), name);
  }
}

/**
 * Writes a file, whole or not at all. An existing file keeps its mode and, if the system allows it, its owner. A new one is for its
 * owner only. Returns why it could not be written.
 */
export function writeWhole(file: string, text: string): string | undefined {
  try {
    replace(resolveFile(file), text);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function replace(target: string, text: string): void {
  const existing = fs.lstatSync(target, { throwIfNoEntry: false });
  // The rename would replace a device, such as /dev/null, or a link to nothing.
  if (existing?.isFile() === false) throw new Error('it is not a regular file');
  const temporary = `${target}.${randomUUID()}.tmp`;
  // Fails if somebody else has made the file meanwhile.
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    fs.writeFileSync(fd, text);
    if (existing !== undefined) copyAccess(existing, fd);
    fs.fsyncSync(fd);
    fs.renameSync(temporary, target);
  } finally {
    fs.closeSync(fd);
    fs.rmSync(temporary, { force: true });
  }
}

function copyAccess({ uid, gid, mode }: fs.Stats, fd: number): void {
  try {
    fs.fchownSync(fd, uid, gid);
  } catch {
    // Only root may give a file away.
  }
  fs.fchmodSync(fd, mode);
}
