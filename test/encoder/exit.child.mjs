// Ends its process while its encoder is at work.
import { openEncoder } from '#src/encoder/open.js';

const encoder = await openEncoder({ threads: 2, maxBatchTokens: 2048 });
const texts = Array.from({ length: 500 }, (_, i) => `Sentence ${i} of too many to be encoded in time.`);
encoder.encode(texts, { onProgress: () => setImmediate(() => process.exit(7)) });
