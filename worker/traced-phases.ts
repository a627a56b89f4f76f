import type { Span } from '../src/tracing/span.js';
import type { JobReporter } from './reporter.js';

/** A reporter that also traces: each phase of a job is a part of its span. `end` ends the last of them. */
export function tracedPhases(reporter: JobReporter, span: Span): { readonly reporter: JobReporter; end(): void } {
  let phase: Span | undefined;
  return {
    reporter: {
      ...reporter,
      begin(name) {
        phase?.end();
        phase = span.begin(name.toLowerCase(), 'internal');
        reporter.begin(name);
      },
    },
    end: () => phase?.end(),
  };
}
