import { Tag } from '../parts/tag';

export type Status = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

const shown = {
  QUEUED: { word: 'Waiting', tone: 'plain' },
  RUNNING: { word: 'Running', tone: 'accent' },
  SUCCEEDED: { word: 'Succeeded', tone: 'good' },
  FAILED: { word: 'Failed', tone: 'bad' },
  CANCELLED: { word: 'Cancelled', tone: 'warning' },
} as const;

export const statuses: readonly Status[] = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

export const statusWord = (status: Status): string => shown[status].word;

export const hasEnded = (status: Status): boolean => status !== 'QUEUED' && status !== 'RUNNING';

/** Where a job stands. */
export const JobStatus = ({ status }: { readonly status: Status }) => (
  <Tag tone={shown[status].tone}>{shown[status].word}</Tag>
);
