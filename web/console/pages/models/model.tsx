import { useState } from 'react';
import { useQuery } from 'urql';
import { useParams } from 'wouter';
import { graphql } from '../../graphql/graphql';
import { ButtonLink } from '../../parts/button';
import { NetworkLegend } from '../../parts/network';
import { Page, Section } from '../../parts/page';
import { Answer, Empty } from '../../parts/states';
import { History, historyFields } from './history';
import { Older } from './older';
import { RollBack } from './roll-back';
import { VersionTable, versionRowFields } from './version-table';

const MODEL = graphql(
  `
  query Model($name: String!, $first: Int!, $changes: Int!) {
    model(name: $name) {
      name
      aliases {
        name
        version
        previous
      }
      versions(first: $first) {
        ...VersionRow
      }
      history(first: $changes) {
        ...ModelHistory
      }
    }
  }
`,
  [versionRowFields, historyFields],
);

/** Versions and changes shown at first. */
const FIRST = 50;
const FIRST_CHANGES = 20;

/** One model: its versions with where each came from, what happened to it, and the way back. */
export default function ModelPage() {
  const { model: name = '' } = useParams();
  const [first, setFirst] = useState(FIRST);
  const [changes, setChanges] = useState(FIRST_CHANGES);
  const [result, again] = useQuery({ query: MODEL, variables: { name, first, changes } });
  const production = result.data?.model?.aliases.find((alias) => alias.name === 'production');
  return (
    <Page
      title={name}
      above={[{ title: 'Models', href: '/models' }]}
      intro={production && `Version ${production.version} is in production.`}
      actions={
        <>
          <ButtonLink href={`/?model=${name}`}>Try</ButtonLink>
          {production && production.previous !== null && (
            <RollBack model={name} from={production.version} to={production.previous} />
          )}
        </>
      }
    >
      <Answer of={result} what="the model" again={again}>
        {({ model }) =>
          model === null ? (
            <Empty action={<ButtonLink href="/models">See the models</ButtonLink>}>There is no model {name}.</Empty>
          ) : (
            <>
              <Section title="Versions" aside={<NetworkLegend />}>
                <VersionTable model={name} versions={model.versions} aliases={model.aliases} />
                <Older
                  what="versions"
                  shown={model.versions.length}
                  asked={first}
                  first={FIRST}
                  isAsking={result.fetching}
                  ask={setFirst}
                />
              </Section>
              <Section title="History">
                <History model={name} changes={model.history} />
                <Older
                  what="changes"
                  shown={model.history.length}
                  asked={changes}
                  first={FIRST_CHANGES}
                  isAsking={result.fetching}
                  ask={setChanges}
                />
              </Section>
            </>
          )
        }
      </Answer>
    </Page>
  );
}
