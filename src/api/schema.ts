import 'reflect-metadata';
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import { ChunkingResolver } from './chunking.js';
import { ClassificationResolver } from './classification.js';
import { withCountedAnswers } from './counted-answers.js';
import { DatasetResolver } from './datasets.js';
import { EmbeddingResolver } from './embedding.js';
import { ExplanationResolver } from './explanation.js';
import { withScopes } from './gate/fields.js';
import { LabellingResolver } from './labelling.js';
import { ComparisonResolver } from './models/comparison.js';
import { AliasResolver, EncoderResolver, ModelResolver, VersionResolver } from './models/resolver.js';
import { SimilarityResolver } from './similarity.js';
import { TrainingResolver } from './training/resolver.js';

/** The GraphQL schema, from the classes that describe it. Input is checked by the rooms below, which name what is wrong. */
export const apiSchema = async (): Promise<GraphQLSchema> =>
  withScopes(
    withCountedAnswers(
      await buildSchema({
        resolvers: [
          EmbeddingResolver,
          SimilarityResolver,
          ChunkingResolver,
          ClassificationResolver,
          ExplanationResolver,
          DatasetResolver,
          LabellingResolver,
          ModelResolver,
          ComparisonResolver,
          AliasResolver,
          EncoderResolver,
          VersionResolver,
          TrainingResolver,
        ],
        validate: false,
        pubSub: noTopics,
      }),
    ),
  );

/** Our subscriptions follow the job feed, not topics; type-graphql insists on an object for them all the same. */
const noTopics: PubSub = {
  publish() {},
  subscribe() {
    throw new Error('there are no topics');
  },
};

/** The schema as schema.graphql holds it. */
export const printedSchema = (schema: GraphQLSchema): string =>
  `# Generated from the code by \`npm run schema\`.\n\n${printSchema(lexicographicSortSchema(schema))}\n`;
