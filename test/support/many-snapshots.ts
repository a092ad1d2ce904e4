/** The number as a snapshot id. */
export function hexId(number: number): string {
  return number.toString(16).padStart(24, '0');
}

/** That many snapshots with different ids. */
export function snapshots(count: number): { id: string; status: string }[] {
  return Array.from({ length: count }, (_none, index) => ({ id: hexId(index + 1), status: 'COMPLETED' }));
}
