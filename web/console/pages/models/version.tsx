import { useQuery } from 'urql';
import { Link, useParams } from 'wouter';
import { graphql, type ResultOf } from '../../graphql/graphql';
import { ButtonLink } from '../../parts/button';
import { Network, NetworkLegend, networkInWords } from '../../parts/network';
import { bytes } from '../../parts/numbers';
import { Page, Section } from '../../parts/page';
import { Facts, Panel } from '../../parts/panel';
import { Answer, Empty, Notice } from '../../parts/states';
import { Tag } from '../../parts/tag';
import { Moment } from '../../parts/times';
import styles from './models.module.css';
import { Promote } from './promote';
import { TaskMeasures, taskHeadFields, taskReportFields } from './task-measures';

const VERSION = graphql(
  `
  query Version($model: String!, $number: Int!) {
    model(name: $model) {
      aliases {
        name
        version
      }
      version(number: $number) {
        number
        parent
        createdAt
        jobId
        dataset
        datasetDigest
        seed
        sizeBytes
        encoder {
          id
          base
          fineTuned
          dimensions
          maxTokens
          layers
        }
        freeze {
          backbone
          frozenLayers
        }
        tasks {
          ...TaskHeadMeasured
        }
        metrics {
          ...TaskReportMeasured
        }
        promotion {
          promoted
          reason
        }
      }
    }
  }
`,
  [taskHeadFields, taskReportFields],
);

type Found = NonNullable<ResultOf<typeof VERSION>['model']>;
type Version = NonNullable<Found['version']>;

/** One version: what it was made from, what of the network learned, and how good each of its heads is. */
export default function VersionPage() {
  const { model = '', version: written = '' } = useParams();
  const number = Number(written);
  const [result, again] = useQuery({
    query: VERSION,
    variables: { model, number },
    pause: !Number.isSafeInteger(number),
  });
  const aliases = result.data?.model?.aliases.filter(({ version }) => version === number).map(({ name }) => name) ?? [];
  const production = result.data?.model?.aliases.find(({ name }) => name === 'production')?.version;
  const version = result.data?.model?.version;
  return (
    <Page
      title={`${model} ${written}`}
      above={[
        { title: 'Models', href: '/models' },
        { title: model, href: `/models/${model}` },
      ]}
      intro={
        aliases.length > 0 &&
        aliases.map((alias) => (
          <Tag key={alias} tone={alias === 'production' ? 'accent' : 'plain'}>
            {alias}
          </Tag>
        ))
      }
      actions={
        version && (
          <>
            <ButtonLink href={`/?model=${model}&version=${number}`}>Try</ButtonLink>
            {production !== undefined && production !== number && (
              <ButtonLink href={`/models/${model}/compare?a=${production}&b=${number}`}>
                Compare with production
              </ButtonLink>
            )}
            {production !== number && <Promote model={model} version={number} />}
          </>
        )
      }
    >
      <Answer of={result} what="the version" again={again}>
        {({ model: found }) =>
          found?.version ? (
            <VersionShown model={model} version={found.version} />
          ) : (
            <Empty action={<ButtonLink href={`/models/${model}`}>See the versions</ButtonLink>}>
              There is no version {written} of {model}.
            </Empty>
          )
        }
      </Answer>
    </Page>
  );
}

function VersionShown({ model, version }: { readonly model: string; readonly version: Version }) {
  const { encoder, freeze, tasks, metrics, promotion } = version;
  const network = { ...freeze, layers: encoder.layers ?? undefined, heads: tasks };
  return (
    <>
      {promotion && (
        <Notice kind={promotion.promoted ? 'done' : 'warning'}>
          {promotion.promoted ? 'It took over production' : 'It was not promoted when it was made'}: {promotion.reason}.
        </Notice>
      )}
      <Section title="What learned" aside={<NetworkLegend />}>
        <Panel>
          <Network {...network} />
          <p className={styles.words}>{sentence(networkInWords(network))}</p>
        </Panel>
      </Section>
      <Section title="Made from">
        <Panel>
          <Facts
            facts={[
              [
                'Went on from',
                version.parent === null ? (
                  'the pretrained encoder'
                ) : (
                  <VersionLink key="parent" model={model} number={version.parent} />
                ),
              ],
              [
                'Data set',
                version.dataset ? (
                  <Link key="dataset" href={`/data/${version.dataset}`}>
                    {version.dataset}
                  </Link>
                ) : (
                  'rows without a name'
                ),
              ],
              ['Rows, sha256', <Digest key="digest" of={version.datasetDigest} />],
              ['Encoder', `${encoder.base}${encoder.fineTuned ? ', fine-tuned' : ''}`],
              ['Encoder, sha256', <Digest key="encoder" of={encoder.id} />],
              ['Vectors', `${encoder.dimensions} numbers`],
              ['Reads', `${encoder.maxTokens} tokens of a text`],
              ['Seed', version.seed],
              ['Size', bytes(version.sizeBytes)],
              ['Made', <Moment key="made" at={version.createdAt} />],
              [
                'Run',
                version.jobId ? (
                  <Link key="run" href={`/runs/${version.jobId}`}>
                    see how it learned
                  </Link>
                ) : (
                  '–'
                ),
              ],
            ]}
          />
        </Panel>
      </Section>
      {tasks.map((head) => (
        <TaskMeasures key={head.task} head={head} report={metrics.find(({ task }) => task === head.task)} />
      ))}
    </>
  );
}

const VersionLink = ({ model, number }: { readonly model: string; readonly number: number }) => (
  <Link href={`/models/${model}/versions/${number}`}>version {number}</Link>
);

/** The first digits of a sha256, enough to tell it from others; all of them as a title. */
function Digest({ of }: { readonly of: string | null }) {
  return of === null ? '–' : <code title={of}>{of.slice(0, 12)}</code>;
}

const sentence = (words: string): string => `${words[0].toUpperCase()}${words.slice(1)}.`;
