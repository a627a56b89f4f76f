import classify from '../examples/classify.graphql?raw';
import compare from '../examples/compare.graphql?raw';
import createDataset from '../examples/create-dataset.graphql?raw';
import embed from '../examples/embed.graphql?raw';
import explain from '../examples/explain.graphql?raw';
import fineTune from '../examples/fine-tune.graphql?raw';
import followJob from '../examples/follow-job.graphql?raw';
import promote from '../examples/promote.graphql?raw';
import similarity from '../examples/similarity.graphql?raw';
import train from '../examples/train.graphql?raw';

/** What the examples call the server. */
const SERVER = 'localhost:4000';

/** Operations to begin with, in the order a newcomer would run them: the tabs of a first visit to GraphiQL, which titles each by its name; for this server. */
export const examples = [
  embed,
  classify,
  explain,
  similarity,
  train,
  followJob,
  promote,
  createDataset,
  fineTune,
  compare,
].map((query) => ({ query: query.replaceAll(SERVER, location.origin) }));
