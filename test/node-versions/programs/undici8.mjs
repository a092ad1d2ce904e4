import * as atlas from 'atlas-tenant-snapshots';
import * as testing from 'atlas-tenant-snapshots/testing';
import { Agent } from 'undici8';
import { callAll } from './calls.cjs';

const dispatcher = new Agent({ connections: 4 });
let dispatched = 0;
const counting = {
  dispatch(options, handler) {
    dispatched += 1;
    return dispatcher.dispatch(options, handler);
  },
};
const plain = await callAll(atlas, testing, { dispatcher });
await callAll(atlas, testing, { dispatcher: counting });
await dispatcher.close();
console.log(JSON.stringify({ ...plain, dispatched }));
