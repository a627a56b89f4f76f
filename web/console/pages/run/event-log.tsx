import type { Epoch } from '../../jobs/history';
import { statusWord } from '../../jobs/job-status';
import { meanScore } from '../../jobs/words';
import { loss, percent } from '../../parts/numbers';
import type { LogLine } from './heard';
import type { Run } from './run';
import styles from './run.module.css';

/** Lines that are shown: the newest. */
const SHOWN = 200;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

interface EventLogProps {
  readonly run: Run;
  readonly epochs: readonly Epoch[];
  readonly heard: readonly LogLine[];
}

/** What happened, newest first: what the record and the history tell, and what was heard since the page was opened. */
export function EventLog({ run, epochs, heard }: EventLogProps) {
  const { createdAt, startedAt, finishedAt, status, attempt, by } = run;
  const lines: LogLine[] = [
    { at: createdAt, text: `Asked for by ${by}` },
    ...(startedAt ? [{ at: startedAt, text: attempt > 1 ? `Attempt ${attempt} began` : 'A worker began' }] : []),
    ...epochs.map((epoch) => ({ at: epoch.at, text: epochWords(epoch) })),
    ...heard.filter(({ text }) => text !== statusWord(status) || !finishedAt),
    ...(finishedAt ? [{ at: finishedAt, text: `${statusWord(status)}${cause(run)}` }] : []),
  ];
  const newestFirst = lines.sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, SHOWN);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className={styles.log} aria-label="Events, newest first" tabIndex={0}>
      <ol>
        {newestFirst.map(({ at, text }) => (
          <li key={`${at} ${text}`}>
            <time dateTime={at}>{clock.format(new Date(at))}</time>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const cause = ({ error, version }: Run): string =>
  error ? `: ${error.code}` : version ? `: made version ${version.number}` : '';

function epochWords({ epoch, validationLoss, trainLoss, tasks }: Epoch): string {
  if (epoch === 0) return 'Measured';
  const score = meanScore(tasks);
  const told = validationLoss === null ? `training loss ${loss(trainLoss)}` : `loss ${loss(validationLoss)}`;
  return `Epoch ${epoch}: ${told}${score === undefined ? '' : `, macro F1 ${percent(score)}`}`;
}
