const atlas = require('atlas-tenant-snapshots');
const testing = require('atlas-tenant-snapshots/testing');

import('./checks.mjs').then(({ runChecks }) => runChecks(atlas, testing));
