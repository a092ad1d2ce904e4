// The agents of undici 8 fit, though their type is not that of undici 7's.
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { Agent, type Dispatcher, MockAgent, Pool, ProxyAgent, RetryAgent } from 'undici8';

const agents = [
  new Agent({ connections: 4 }),
  new Pool('https://cloud.mongodb.com'),
  new ProxyAgent('http://127.0.0.1:3128'),
  new MockAgent(),
  new RetryAgent(new Agent()),
  new Agent().compose((dispatch: Dispatcher['dispatch']) => dispatch),
];
export const clients = agents.map((dispatcher) => new TenantSnapshotsClient({ dispatcher }));
