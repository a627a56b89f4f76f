import type { Datasets } from '../datasets/store.js';
import type { Encoder } from '../encoder/open.js';
import type { JobRooms } from '../jobs/actions.js';
import type { JobFeed } from '../jobs/feed.js';
import type { Registry } from '../registry/registry.js';
import type { ServedVersions } from '../serving/versions.js';

/** What every resolver works with; the same for every request. */
export interface Context extends JobRooms {
  readonly encoder: Encoder;
  readonly datasets: Datasets;
  readonly registry: Registry;
  readonly served: ServedVersions;
  readonly feed: JobFeed;
}
