/** The queue's name in BullMQ, and the prefix of its keys in Redis. */
export const queueName = 'training';
export const keyPrefix = 'manyhead';
