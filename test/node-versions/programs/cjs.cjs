const atlas = require('atlas-tenant-snapshots');
const testing = require('atlas-tenant-snapshots/testing');
const { callAll } = require('./calls.cjs');

callAll(atlas, testing, {}).then((report) => console.log(JSON.stringify(report)));
