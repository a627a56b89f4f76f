import { memo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { problemOf } from '../../graphql/problem';
import { ButtonLink } from '../../parts/button';
import { Field } from '../../parts/field';
import { keep, kept } from '../../parts/kept';
import { Page } from '../../parts/page';
import { Answer, Empty } from '../../parts/states';
import { type AskedVersion, askedVersion, searchFor } from '../../versions/ask';
import { VersionChoice } from '../../versions/version-choice';
import { type Classification, useClassified } from './classify';
import { EmbeddingMap } from './embedding-map';
import { Overview } from './overview';
import { Predictions } from './predictions';
import { Similarity } from './similarity';
import styles from './try.module.css';

/** Where the texts lie until the tab is closed. */
const PLACE = 'manyhead:texts';

const FIRST_TEXTS = 'Soccer is pretty cool!\nHello there, nice to meet you.\nThe weather is so gloomy.';

/** Texts in, and at once what every head of a version says of them, why, and where they lie among the rows of a data set. */
export default function TryPage() {
  const [search, setSearch] = useSearchParams();
  const asked = askedVersion(search);
  const [text, setText] = useState(() => kept(PLACE) ?? FIRST_TEXTS);
  const [chosen, setChosen] = useState(0);
  const { result, again, isEmpty } = useClassified(text, asked);
  const isMissing = result.error?.graphQLErrors.some(({ extensions }) => extensions?.code === 'NOT_FOUND') ?? false;
  return (
    <Page title="Try" intro="Write or paste texts, one a line: every head of the version answers as you type.">
      <div className={styles.columns}>
        <div className={styles.form}>
          <VersionChoice asked={asked} onChange={(version) => setSearch(searchFor(version))} />
          <Field label="Texts" hint="One a line, at most 4,096.">
            {(control) => (
              <textarea
                {...control}
                rows={7}
                value={text}
                dir="auto"
                spellCheck={false}
                onChange={({ target }) => {
                  setText(target.value);
                  keep(PLACE, target.value);
                }}
              />
            )}
          </Field>
        </div>
        <div className={styles.answers}>
          {isEmpty ? (
            <Empty>Write a text to see what the heads say of it.</Empty>
          ) : isMissing && result.error ? (
            <Empty action={<WayOn asked={asked} />}>{problemOf(result.error)}</Empty>
          ) : (
            <Answer of={result} what="answers" again={again}>
              {({ classify }) => <Answers model={asked.model} answers={classify} chosen={chosen} choose={setChosen} />}
            </Answer>
          )}
        </div>
        <div className={styles.similarity}>
          <Similarity asked={asked} />
        </div>
      </div>
    </Page>
  );
}

/** Where nothing answers: to the version in production where another was asked, else to a training, which makes one. */
const WayOn = ({ asked: { model, version, alias } }: { readonly asked: AskedVersion }) =>
  version === undefined && alias === undefined ? (
    <ButtonLink href="/train">Train one</ButtonLink>
  ) : (
    <ButtonLink href={`/?${searchFor({ model })}`}>Ask the version in production</ButtonLink>
  );

interface AnswersProps {
  readonly model: string;
  readonly answers: readonly Classification[];
  readonly chosen: number;
  choose(place: number): void;
}

/** All texts at a glance, and one of them in full. Drawn anew with new answers only, not with every letter that is typed. */
const Answers = memo(({ model, answers, chosen, choose }: AnswersProps) => {
  const place = Math.min(chosen, answers.length - 1);
  const answer = answers[place];
  const asked = { model, version: answer.version };
  return (
    <>
      {answers.length > 1 && <Overview answers={answers} chosen={place} choose={choose} />}
      <Predictions text={answer.text} asked={asked} />
      <EmbeddingMap text={answer.text} predictions={answer.predictions} asked={asked} />
    </>
  );
});
