import type { InferenceSession } from '../onnx/runtime.js';

/**
 * How an encoding thread runs its model. One thread has no pool of its own, so nothing spins while it waits. Memory patterns
 * would keep room for every size of batch that was ever run; the arena keeps what the largest took, and asks for no fresh pages
 * at every operator.
 * @param folder where the model's weights lie
 * @param threads of one session
 * @param careful whether products of 8-bit integers are kept from overflowing, for processors where they do
 */
export const sessionOptions = (folder: string, threads = 1, careful = false): InferenceSession.SessionOptions => ({
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  enableMemPattern: false,
  logSeverityLevel: 3,
  extra: {
    session: {
      model_external_initializers_file_folder_path: folder,
      ...(careful && { x64quantprecision: '1' }),
    },
  },
});
