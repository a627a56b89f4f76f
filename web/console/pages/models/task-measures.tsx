import { graphql, type ResultOf } from '../../graphql/graphql';
import { counted, fixed, percent } from '../../parts/numbers';
import { Section } from '../../parts/page';
import { Facts, Panel } from '../../parts/panel';
import { Empty } from '../../parts/states';
import { Confusion, MOST_NUMBERS } from './confusion';
import { LabelTable } from './label-table';
import styles from './measures.module.css';
import { MostConfused } from './most-confused';
import { Reliability } from './reliability';

export const taskHeadFields = graphql(`
  fragment TaskHeadMeasured on TaskHead {
    task
    kind
    labels
    frozen
    temperature
    thresholds
  }
`);

export const taskReportFields = graphql(`
  fragment TaskReportMeasured on TaskReport {
    task
    accuracy
    macroF1
    support
    split
    expectedCalibrationError
    uncalibratedCalibrationError
    confusion
    perLabel {
      label
      precision
      recall
      f1
      support
    }
    reliability {
      rows
      confidence
      accuracy
    }
    abstention {
      coverage
      accuracyWhenAnswered
      auroc
    }
  }
`);

type Head = ResultOf<typeof taskHeadFields>;
type Report = ResultOf<typeof taskReportFields>;

/** How good one head is: in numbers, by label, what it takes for what, and whether its confidence can be believed. */
export function TaskMeasures({ head, report }: { readonly head: Head; readonly report: Report | undefined }) {
  const { task, labels, thresholds } = head;
  if (!report)
    return (
      <Section title={task}>
        <Empty>This head was not measured: no rows were held back.</Empty>
      </Section>
    );
  const confusion = { task, labels, counts: report.confusion };
  const hasConfusion = report.confusion.length > 0;
  return (
    <Section title={task} aside={measuredOn(report)}>
      <div className="stack">
        <Panel>
          <Facts facts={factsOf(head, report)} />
        </Panel>
        <div className={styles.beside}>
          <div>
            {hasConfusion && <Confusion {...confusion} />}
            <LabelTable
              task={task}
              rows={report.perLabel.map((row) => ({ ...row, threshold: thresholds?.[labels.indexOf(row.label)] }))}
            />
          </div>
          <div>
            {report.reliability && <Reliability task={task} bins={report.reliability} />}
            {hasConfusion && labels.length > MOST_NUMBERS && <MostConfused {...confusion} />}
          </div>
        </div>
      </div>
    </Section>
  );
}

function factsOf(head: Head, report: Report): [string, string][] {
  const { expectedCalibrationError: calibrated, uncalibratedCalibrationError: before, abstention } = report;
  return [
    ['Accuracy', percent(report.accuracy)],
    ['Macro F1', percent(report.macroF1)],
    ['Kind', head.kind === 'SINGLE_LABEL' ? 'one label a text' : 'any number of labels'],
    ['Labels', String(head.labels.length)],
    ...(calibrated === null
      ? []
      : [
          ['Calibration error', `${fixed(calibrated, 3)}${before === null ? '' : `, ${fixed(before, 3)} before`}`] as [
            string,
            string,
          ],
        ]),
    ['Temperature', fixed(head.temperature, 2)],
    ...(abstention
      ? ([
          ['Answers, where it may abstain', percent(abstention.coverage)],
          ['Right when it answers', percent(abstention.accuracyWhenAnswered)],
        ] as [string, string][])
      : []),
  ];
}

function measuredOn({ split, support }: Report): string {
  const rows = counted(support, 'row');
  if (split === 'TEST') return `measured on ${rows} that are only for testing`;
  return split === 'VALIDATION' ? `measured on ${rows} held back for validation` : `measured on ${rows}`;
}
