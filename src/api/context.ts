import type { Caller } from '../access/access.js';
import type { TokenLimit } from '../datasets/inspection.js';
import type { Datasets } from '../datasets/store.js';
import type { Usage } from '../encoder/usage.js';
import type { JobRooms } from '../jobs/actions.js';
import type { JobFeed } from '../jobs/feed.js';
import type { Log } from '../log.js';
import type { OperationLimits } from '../operations/limits.js';
import type { SpendTexts } from '../operations/spending.js';
import type { Projections } from '../projections/projections.js';
import type { Registry } from '../registry/registry.js';
import type { Comparisons } from '../serving/comparisons.js';
import type { Encoders } from '../serving/encoders.js';
import type { Explanations } from '../serving/explanations.js';
import type { ServedVersions } from '../serving/versions.js';
import type { ObservedRequest } from './requests/request.js';

/** What every resolver works with. */
export interface Context extends Rooms {
  /** Aborted when the caller has gone away; absent where that cannot be told. */
  readonly signal?: AbortSignal;
  readonly caller: Caller;
  /** Counts against what this request, and its caller in a minute, may have encoded. */
  readonly spendTexts: SpendTexts;
  /** The request that is answered; absent where Manyhead asks itself, as on its first start. */
  readonly request?: ObservedRequest;
  /** What it has asked of encoders so far. */
  readonly usage?: Usage;
}

/** What of it is the same for every request. */
export interface Rooms extends JobRooms {
  readonly log: Log;
  readonly operationLimits: OperationLimits;
  readonly encoders: Encoders;
  readonly datasets: Datasets;
  /** Of the pretrained encoder. */
  readonly tokenLimit: TokenLimit;
  readonly projections: Projections;
  readonly registry: Registry;
  readonly served: ServedVersions;
  readonly explanations: Explanations;
  readonly comparisons: Comparisons;
  readonly feed: JobFeed;
  /** Whether the data folder is there, and takes what is written. */
  readonly isStorageUsable: () => Promise<boolean>;
}
