import { useState } from 'react';
import { Button } from '../../parts/button';
import { ConfidenceBars } from '../../parts/confidence-bars';
import { counted } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { Panel } from '../../parts/panel';
import { Answer, Notice } from '../../parts/states';
import { Tag } from '../../parts/tag';
import { WholeToggle } from '../../parts/whole-toggle';
import type { AskedVersion } from '../../versions/ask';
import { type Scored, useScored } from './classify';
import styles from './try.module.css';
import { Why } from './why';

/** Labels shown of a head before somebody asks for all. */
const FIRST_LABELS = 5;

interface PredictionsProps {
  readonly text: string;
  readonly asked: AskedVersion;
}

/** What every head says of one text. */
export function Predictions({ text, asked }: PredictionsProps) {
  const result = useScored(text, asked);
  return (
    <Answer of={result} what="scores">
      {({ classify: [{ text, truncated, version, predictions }] }) => (
        <Section title={`“${shortened(text)}”`} aside={`answered by ${asked.model} ${version}`}>
          {truncated && (
            <Notice kind="warning">The text is longer than the encoder reads: its end was left out.</Notice>
          )}
          <div className={styles.heads}>
            {predictions.map((prediction) => (
              <HeadAnswer key={prediction.task} prediction={prediction} text={text} asked={asked} />
            ))}
          </div>
        </Section>
      )}
    </Answer>
  );
}

interface HeadAnswerProps {
  readonly prediction: Scored['predictions'][number];
  readonly text: string;
  readonly asked: AskedVersion;
}

function HeadAnswer({ prediction, text, asked }: HeadAnswerProps) {
  const { task, abstained, scores } = prediction;
  // A caller that does not allow abstaining gets the best label all the same.
  const given = abstained ? [scores[0].label] : prediction.labels;
  const [isWhole, setWhole] = useState(false);
  const [isExplained, setExplained] = useState(false);
  return (
    <Panel label={task}>
      <div className={styles.head}>
        <div className={styles.headTitle}>
          <h3>{task}</h3>
          {abstained && (
            <Tag tone="warning" title="With allowAbstain the head gives this text no label">
              seems out of scope
            </Tag>
          )}
        </div>
        <ConfidenceBars label={task} scores={isWhole ? scores : scores.slice(0, FIRST_LABELS)} given={given} />
        <div className={styles.buttons}>
          <Button look="quiet" aria-expanded={isExplained} onClick={() => setExplained(!isExplained)}>
            Why?
          </Button>
          {scores.length > FIRST_LABELS && (
            <WholeToggle
              isWhole={isWhole}
              all={`All ${counted(scores.length, 'label')}`}
              beginning="Fewer labels"
              setWhole={setWhole}
            />
          )}
        </div>
        {isExplained && <Why text={text} task={task} asked={asked} />}
      </div>
    </Panel>
  );
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 78).trimEnd()} …` : text);
