import classify from '../../examples/classify.graphql?raw';
import embed from '../../examples/embed.graphql?raw';
import fineTune from '../../examples/fine-tune.graphql?raw';
import followJob from '../../examples/follow-job.graphql?raw';
import promote from '../../examples/promote.graphql?raw';
import train from '../../examples/train.graphql?raw';

/** The tabs of a first visit, in the order a newcomer would run them; GraphiQL titles each by its operation's name. */
export const examples = [embed, classify, train, followJob, promote, fineTune].map((query) => ({ query }));
