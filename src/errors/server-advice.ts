/** What to do about a response that Atlas itself would hardly send. */
export const baseUrlAdvice = 'Check baseUrl and any proxy on the way to Atlas.';

/** What to do about a status that is likely to change by itself. */
export const unavailableAdvice = 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.';
