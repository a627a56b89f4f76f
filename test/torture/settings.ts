/** How long the torture goes on, and how hard it is. */
export interface Settings {
  readonly queue: 'redis' | 'embedded';
  readonly seconds: number;
  /** Processes that are killed in that time. */
  readonly kills: number;
  /** What happens, and when, is drawn from it; how the processes take it is not. */
  readonly seed: number;
}

const SHORT = { seconds: 10, kills: 5, seed: 7 };

/** The short form on both kinds of queue, unless the command line of the long form has said otherwise. */
export function readSettings(environment: NodeJS.ProcessEnv): readonly Settings[] {
  const { TORTURE_QUEUE, TORTURE_SECONDS, TORTURE_KILLS, TORTURE_SEED } = environment;
  const hardness = {
    seconds: Number(TORTURE_SECONDS ?? SHORT.seconds),
    kills: Number(TORTURE_KILLS ?? SHORT.kills),
    seed: Number(TORTURE_SEED ?? SHORT.seed),
  };
  const queues = (['redis', 'embedded'] as const).filter(
    (each) => TORTURE_QUEUE === undefined || each === TORTURE_QUEUE,
  );
  return queues.map((queue) => ({ queue, ...hardness }));
}
