import { isoTime } from '../check/facts.js';
import { atlasUrl } from '../client/config/environment.js';
import type { Document } from './json.js';

const ownServers = [atlasUrl, 'https://cloud.mongodbgov.com'];

const errorFields = ['name', 'code', 'status', 'errorCode', 'operation', 'attempts', 'limit', 'limitMs', 'kind'];

// Fields whose texts Atlas chooses, not its users.
const fieldsOfWords = new Set(
  `state stateName status type clusterType internalClusterRole databaseEdition effectiveDatabaseEdition snapshotType
  frequencyType retentionUnit frequencies deliveryType providerName backingProviderName cloudProvider regionName copyRegions
  instanceSize diskWarmingMode encryptionAtRestProvider configServerType versionReleaseSystem mongoDBVersion
  mongoDBMajorVersion mongodVersion featureCompatibilityVersion`.split(/\s+/),
);

const word = /^[A-Za-z0-9_.-]{1,40}$/;
const objectId = /^[a-f0-9]{24}$/;
// Other keys are names, such as those of private endpoints.
const fieldName = /^[A-Za-z]\w*$/;

type Kind = 'project' | 'cluster' | 'text' | 'id';

/**
 * Replaces each text of a report by a pseudonym, equal texts by the same one. Keeps only what this file names: numbers, times,
 * and words of Atlas and of this package.
 */
export class Anonymizer {
  readonly #known = new Map([['', '']]);
  readonly #counts = { project: 0, cluster: 0, text: 0, id: 0 };

  constructor({ findings, notChecked }: Document) {
    // First, so that a name that is also elsewhere, such as in a restore, is known there.
    for (const { groupName = '', clusterName = '' } of [...findings, ...notChecked]) {
      this.#pseudonymOf(groupName, 'project');
      this.#pseudonymOf(clusterName, 'cluster');
    }
  }

  /** Rewrites all but the findings. */
  document(document: Document) {
    const { formatVersion, checkedAt, finishedAt, maxAge, version, server, login, options, summary, error } = document;
    return {
      ...{ formatVersion, checkedAt, finishedAt, maxAge, version, login, summary },
      server: ownServers.includes(server) ? server : 'other',
      options: Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : name)),
      notChecked: document.notChecked.map((cluster) => ({ ...this.#rewrite(cluster), reason: cluster.reason })),
      error: error && toFacts(error),
    };
  }

  finding({ error, evidence, ...finding }: Document['findings'][number]) {
    const { errors = [], ...answers } = evidence ?? {};
    return {
      ...this.#rewrite(finding),
      reason: finding.reason,
      error: error && toFacts(error),
      evidence: evidence && { ...this.#rewrite(answers), errors: errors.map(toFacts) },
    };
  }

  #rewrite(fields: object): object {
    const entries = Object.entries(fields).map(([key, value]) => {
      return [fieldName.test(key) ? key : this.#pseudonymOf(key), this.#rewriteValue(value, key)];
    });
    return Object.fromEntries(entries);
  }

  /** @param field - the field that has the value. */
  #rewriteValue(value: unknown, field: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#rewriteValue(item, field));
    if (typeof value === 'object' && value !== null) return this.#rewrite(value);
    if (typeof value !== 'string' || isoTime.test(value)) return value;
    return fieldsOfWords.has(field) && word.test(value) ? value : this.#pseudonymOf(value);
  }

  #pseudonymOf(text: string, kind: Kind = objectId.test(text) ? 'id' : 'text'): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#counts[kind] += 1;
    const count = String(this.#counts[kind]);
    // The first eight digits of an ID are a time, and all of it has to stay an ID.
    const pseudonym = kind === 'id' ? text.slice(0, 8) + count.padStart(16, '0') : kind + count;
    this.#known.set(text, pseudonym);
    return pseudonym;
  }
}

function toFacts(error: object): object {
  const facts = Object.entries(error).filter(([name]) => errorFields.includes(name));
  return Object.fromEntries(facts.filter(([name, value]) => name !== 'errorCode' || word.test(String(value))));
}
