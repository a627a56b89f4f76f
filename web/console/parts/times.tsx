import { counted } from './numbers';

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const precise = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });

/** A moment: the time of day where it is today, else the date and time; all of it as a title. */
export function Moment({ at }: { readonly at: string }) {
  const moment = new Date(at);
  const isToday = day.format(moment) === day.format(new Date());
  return (
    <time dateTime={at} title={precise.format(moment)}>
      {isToday ? `today ${clock.format(moment)}` : `${day.format(moment)}, ${clock.format(moment)}`}
    </time>
  );
}

/** Seconds as a person says them: "8 s", "2 min 5 s", "1 h 12 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return seconds < 9.95 && seconds > 0 ? `${seconds.toFixed(1)} s` : `${whole} s`;
  if (whole < 3600) return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return counted(Math.round(minutes / 60 / 24), 'day');
}
