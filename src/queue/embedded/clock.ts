import type { PGlite } from '@electric-sql/pglite';
import { usualLease } from '../lease.js';

/** The schema of what is ours in the database; it comes before BullMQ's, so that what is asked of a function of both names is asked of ours. */
export const ownSchema = 'manyhead';

/**
 * Makes the queue's own clock the only one that counts. BullMQ writes and compares times by the clock of whichever process asks:
 * one that was ahead by a day would keep a dead worker's deliveries for a day, and hold up everybody who looks for dead workers
 * for as long. (Redis has the time of its own for both.) When it was taken a delivery is told by its worker's clock: the worker counts
 * from there to the next renewal.
 */
export async function ruleByOwnClock(database: PGlite): Promise<void> {
  await database.exec(`
    CREATE SCHEMA IF NOT EXISTS ${ownSchema};

    CREATE OR REPLACE FUNCTION ${ownSchema}.now_ms() RETURNS bigint LANGUAGE sql AS $$
      SELECT (1000 * extract(epoch FROM clock_timestamp()))::bigint
    $$;

    CREATE OR REPLACE FUNCTION ${ownSchema}.lock_ms() RETURNS bigint LANGUAGE sql AS $$
      SELECT coalesce(nullif(current_setting('${ownSchema}.lock_ms', true), '')::bigint, ${usualLease})
    $$;

    CREATE OR REPLACE FUNCTION ${ownSchema}.move_to_active(
      p_queue text, p_token text, p_lock_ms bigint, p_now bigint, p_name text, p_limiter_max integer, p_limiter_duration bigint
    ) RETURNS SETOF bullmq.job LANGUAGE sql AS $$
      SELECT set_config('${ownSchema}.lock_ms', p_lock_ms::text, false);
      SELECT * FROM bullmq.move_to_active(
        p_queue, p_token, p_lock_ms, p_now, p_name, p_limiter_max, p_limiter_duration
      )
    $$;

    CREATE OR REPLACE FUNCTION ${ownSchema}.move_stalled_jobs_to_wait(
      p_queue text, p_max_stalled integer, p_now bigint, p_max_check_time bigint
    ) RETURNS SETOF text LANGUAGE sql AS $$
      SELECT * FROM bullmq.move_stalled_jobs_to_wait(p_queue, p_max_stalled, ${ownSchema}.now_ms(), p_max_check_time)
    $$;

    CREATE OR REPLACE FUNCTION ${ownSchema}.lock_by_own_clock() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.locked_until_ms := ${ownSchema}.now_ms() + ${ownSchema}.lock_ms();
        RETURN NEW;
      END
    $$;
    CREATE OR REPLACE TRIGGER lock_by_own_clock BEFORE UPDATE OF locked_until_ms ON bullmq.job
      FOR EACH ROW WHEN (NEW.locked_until_ms IS NOT NULL) EXECUTE FUNCTION ${ownSchema}.lock_by_own_clock();
  `);
  await mendTimes(database);
}

/** Undoes what was written while the clock of the queue itself was ahead. */
export async function mendTimes(database: PGlite): Promise<void> {
  await database.exec(`
    DELETE FROM bullmq.meta WHERE field = 'stalled-check' AND value::bigint > ${ownSchema}.now_ms();
    UPDATE bullmq.job SET locked_until_ms = locked_until_ms
      WHERE locked_until_ms > ${ownSchema}.now_ms() + ${ownSchema}.lock_ms();
  `);
}
