/** The URL of the redis-server that with-redis.mjs started. */
export function redisUrl(): string {
  const url = process.env['REDIS_URL'];
  if (url === undefined) throw new Error('Run these tests with: node test/fleet/with-redis.mjs');
  return url;
}
