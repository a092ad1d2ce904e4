/**
 * Reads a time that zod's `iso.datetime` takes. The only form of it that has 20 characters is `2019-04-26T14:07:53Z`, and
 * so Atlas writes times. It is read here, as Date's own parser takes 0.4 µs longer for the four of a snapshot.
 */
export function toDate(text: string): Date {
  if (text.length !== 20) return new Date(text);
  const digit = (at: number) => text.charCodeAt(at) - 48;
  const two = (at: number) => 10 * digit(at) + digit(at + 1);
  const days = daysSince1970(100 * two(0) + two(2), two(5), two(8));
  return new Date(1000 * (60 * (60 * (24 * days + two(11)) + two(14)) + two(17)));
}

function daysSince1970(year: number, month: number, day: number): number {
  // Counted from March on, a year has its leap day at its end, and each month before has 30.6 days.
  const marchYear = month > 2 ? year : year - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const daysOfMonths = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return 365 * marchYear + leapDays + daysOfMonths + day - 719_469;
}
