import { isObject } from '../../src/client/atlas/json.js';
import { recordReads } from './reads.mjs';

const role = 'Project Read Only';

// The check reads these, although MongoDB's document does not have them yet.
const undocumented = new Set(['effectiveDatabaseEdition', 'databaseEdition']);

const recorded = await recordReads();

/**
 * Compares an OpenAPI document with what the package relies on. What is new in the document is no change.
 *
 * @returns a line for each change.
 */
export function findDrift(document, reads = recorded) {
  return reads.flatMap((read) => {
    const get = findGet(document, read.path);
    if (get === undefined) return `${read.path}: the path is gone, or has no GET`;
    return Array.from(changesOf(document, get, read), (change) => inOneLine(`${get.path}: ${change}`));
  });
}

// At the start of a line, a text of the document could be a command to the CI.
function inOneLine(text) {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** Finds the GET of a path, whatever names its parameters have. */
function findGet(document, wanted) {
  const withoutNames = (path) => path.replaceAll(/\{[^}]*\}/g, '{}');
  return Object.entries(document.paths)
    .filter(([path]) => withoutNames(path) === withoutNames(wanted))
    .flatMap(([path, value]) => expand(document, value).map((item) => ({ path, item, operation: item.get })))
    .find(({ operation }) => isObject(operation));
}

function* changesOf(document, { item, operation }, { version, query, fields }) {
  if (operation.deprecated) yield 'the GET is deprecated';

  // A role is its name, or an object with a name.
  const roles = [operation['x-rolesRequirements'] ?? []].flat().map((value) => Object(value).name ?? value);
  // The document names no role for the list of projects.
  const isEnough = roles.length === 0 || roles.some((name) => String(name).includes(role));
  if (!isEnough) yield `the required role is ${roles.join(' or ')} instead of ${role}`;

  const parameters = [item, operation].flatMap((owner) =>
    asList(owner.parameters).flatMap((part) => expand(document, part)),
  );
  const listed = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  for (const name of query) if (!listed.includes(name)) yield `query parameter ${name} is no longer listed`;

  const answers = findVersion(document, operation, version);
  if (answers.length === 0) {
    yield `version ${version} is gone`;
    return;
  }
  const sunset = [...answers, operation, item].map((part) => part['x-sunset']).find(Boolean);
  if (sunset) yield `version ${version} has the sunset date ${sunset}`;

  const schemas = answers.flatMap(({ schema }) => expand(document, schema));
  for (const field of new Set(missingFields(document, schemas, fields))) yield `field ${field} is gone`;
}

/** Finds what the document says about a version. An older one may differ, although Atlas would return it instead. */
function findVersion(document, operation, version) {
  return expand(document, Object(operation.responses)['200'])
    .flatMap(({ content }) => Object.entries(Object(content)))
    .filter(([type]) => type.startsWith(`application/vnd.atlas.${version}+json`))
    .flatMap(([, media]) => expand(document, media));
}

/**
 * Finds the fields that the package reads and the document does not have.
 *
 * @param schemas - of the document, for one value.
 * @param fields - the JSON Schema of what the package reads of that value.
 */
function* missingFields(document, schemas, fields, path = '') {
  for (const { properties = {}, items } of expand(fields, fields)) {
    // Without fields that a response must not have, such as those of an error.
    const read = Object.entries(properties).filter(([, inner]) => inner.type !== 'null');
    for (const [name, inner] of read) {
      const field = path === '' ? name : `${path}.${name}`;
      const found = schemas.flatMap((schema) => expand(document, Object(schema.properties)[name]));
      if (found.length > 0) yield* missingFields(document, found, inner, field);
      else if (!undocumented.has(name)) yield field;
    }
    const itemSchemas = schemas.flatMap((schema) => expand(document, schema.items));
    if (items !== undefined) yield* missingFields(document, itemSchemas, items, `${path}[]`);
  }
}

const lists = { flex: 'flexClusters', dedicated: 'clusters' };

/**
 * Compares the evidence of a report with what the check reads.
 *
 * @returns a line for each field that is missing in all values, or has another type in some. None for lists that are empty.
 */
export function findReportDrift({ findings }, reads = recorded) {
  return Object.entries(lists).flatMap(([type, list]) => {
    const evidence = findings.flatMap(({ clusterType, evidence }) => (clusterType === type ? (evidence ?? []) : []));
    const path = `/api/atlas/v2/groups/{groupId}/${list}`;
    const ofCluster = `${path}/{clusterName}/backup`;
    const parts = {
      [path]: { results: evidence.map(({ cluster }) => cluster) },
      [`${ofCluster}/snapshots`]: { results: evidence.flatMap(({ snapshots = [] }) => snapshots) },
      [`${ofCluster}/schedule`]: evidence.flatMap(({ schedule = [] }) => schedule),
    };
    return Object.entries(parts).flatMap(([path, values]) => {
      const read = reads.find((read) => read.path === path);
      const changes = read === undefined ? [] : changesIn([values].flat(), read.fields);
      return Array.from(new Set(changes), (change) => inOneLine(`${path}: ${change}`));
    });
  });
}

/** @param values - those that the report has in one place. */
function* changesIn(values, fields, path = '') {
  for (const { properties = {}, items } of expand(fields, fields)) {
    for (const [name, inner] of Object.entries(properties)) {
      const found = values.filter(isObject).map((value) => value[name] ?? undefined);
      yield* changesOfField(found, inner, path === '' ? name : `${path}.${name}`);
    }
    if (items !== undefined) yield* changesIn(values.flatMap(asList), items, `${path}[]`);
  }
}

function* changesOfField(found, fields, path) {
  const present = found.filter((value) => value !== undefined);
  // Without a sample, it is a part of a page, which a report does not have.
  if (fields.sample !== undefined) {
    const expected = typeOf(fields.sample);
    const types = new Set(present.map(typeOf).filter((type) => type !== expected));
    for (const type of types) yield `field ${path} has the type ${type} instead of ${expected}`;
    const isMissing = found.length > 0 && present.length === 0;
    if (isMissing && !undocumented.has(path.split('.').at(-1))) yield `field ${path} is missing`;
  }
  yield* changesIn(present, fields, path);
}

function typeOf(value) {
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Returns a part of a document, and the parts that it refers to or is composed of. Leaves out what is not an object. */
function expand(document, part) {
  const parts = new Set([part]);
  // Also visits the parts that it adds. A set, because references may be circular.
  for (const visited of parts) {
    const { $ref, allOf, oneOf, anyOf } = Object(visited);
    for (const next of [resolve(document, $ref), ...[allOf, oneOf, anyOf].flatMap(asList)]) parts.add(next);
  }
  return [...parts].filter(isObject);
}

/** Resolves a reference within the document. */
function resolve(document, reference) {
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return undefined;
  const keys = reference.slice(2).split('/');
  return keys.reduce((value, key) => Object(value)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

function asList(value) {
  return Array.isArray(value) ? value : [];
}
