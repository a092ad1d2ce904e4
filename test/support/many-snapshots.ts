/** A number as an id. */
export function hexId(number: number): string {
  return number.toString(16).padStart(24, '0');
}

/** So many snapshots, each with an id of its own. */
export function snapshots(count: number): { id: string; status: string }[] {
  return Array.from({ length: count }, (_none, index) => ({ id: hexId(index + 1), status: 'COMPLETED' }));
}
