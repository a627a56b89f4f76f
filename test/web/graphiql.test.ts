import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeInBrowser, launchChromium } from './chromium.js';
import { servePages } from './pages.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
const examples = readdirSync(`${project}examples`).filter((name) => name.endsWith('.graphql'));

/** The part of the API that the pages' examples use. */
const schema = buildSchema(`
  type Query { "Label texts with every head of a model." classify(texts: [String!]!): [Classification!]! }
  type Classification { text: String! version: Int! predictions: [Prediction!]! }
  type Prediction { task: String! label: String confidence: Float! scores(top: Int): [LabelScore!]! }
  type LabelScore { label: String! score: Float! }

  type Subscription { trainingProgress(id: ID!): TrainingEvent! }
  type TrainingEvent { kind: String! epoch: Int step: Int totalSteps: Int loss: Float etaSeconds: Float job: TrainingJob! }
  type TrainingJob { status: String! progress: Float! error: JobError version: ModelVersion }
  type JobError { code: String! message: String! }
  type ModelVersion { number: Int! metrics: [TaskReport!]! }
  type TaskReport { task: String! accuracy: Float! macroF1: Float! }
`);

describe('the example operations', () => {
  // schema.graphql is written from the code (`npm run schema`); before it was, there is nothing to check against.
  it.skipIf(!existsSync(`${project}schema.graphql`)).each(examples)('%s is valid against schema.graphql', (name) => {
    const api = buildSchema(readFileSync(`${project}schema.graphql`, 'utf8'));
    expect(validate(api, parse(readFileSync(`${project}examples/${name}`, 'utf8')))).toEqual([]);
  });
});

describeInBrowser('GraphiQL at /graphql', () => {
  let jobEnds: () => void;
  const jobEnded = new Promise<void>((resolve) => {
    jobEnds = resolve;
  });
  const answers = {
    classify: ({ texts }: Record<string, unknown>) =>
      (texts as string[]).map((text) => ({
        text,
        version: 1,
        predictions: [{ task: 'topic', label: 'Sports', confidence: 0.97, scores: [{ label: 'Sports', score: 0.97 }] }],
      })),
    async *trainingProgress() {
      yield { trainingProgress: { kind: 'EPOCH', epoch: 3, job: { status: 'RUNNING', progress: 0.5 } } };
      await jobEnded;
      const version = { number: 7, metrics: [{ task: 'intent', accuracy: 0.9, macroF1: 0.89 }] };
      yield { trainingProgress: { kind: 'VERSION', job: { status: 'SUCCEEDED', progress: 1, version } } };
    },
  };

  let api: Awaited<ReturnType<typeof servePages>>;
  let browser: Browser;
  let page: Page;
  let requests: string[];
  let complaints: string[];

  beforeAll(async () => {
    [api, browser] = await Promise.all([servePages(schema, answers), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await api?.close();
  });
  afterEach(async () => {
    await page.context().close();
  });

  /** A first visit, with everything the page asks for and everything it complains about written down. */
  async function open(options: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }) {
    const context = await browser.newContext(options);
    page = await context.newPage();
    requests = [];
    complaints = [];
    context.on('request', (request) => requests.push(request.url()));
    page.on('websocket', (socket) => requests.push(socket.url()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`${api.origin}/graphql`, { waitUntil: 'load' });
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  }

  const run = () => page.getByRole('button', { name: /^Execute query/ }).click();
  const tab = (name: string) => page.getByRole('tab', { name });
  const write = async (query: string) => {
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(query);
    await page.locator('.result-window').click(); // Away from the editor, so that no suggestions cover the page.
  };
  const box = async (selector: string) => {
    const found = await page.locator(selector).boundingBox();
    if (!found) throw new Error(`${selector} is not to be seen`);
    return found;
  };
  const answer = async () => ((await page.locator('.result-window').textContent()) ?? '').replace(/\s+/g, ' ');
  const expectAnswer = () => expect.poll(answer, { timeout: 20_000 });

  it('opens with a tab for each example, in the order a newcomer runs them', async () => {
    await open();
    expect(await page.title()).toBe('Manyhead GraphiQL');
    expect(await page.getByRole('tab').allInnerTexts()).toEqual([
      'Embed',
      'Classify',
      'Explain',
      'Similarity',
      'Train',
      'FollowJob',
      'Promote',
      'CreateDataset',
      'FineTune',
      'Compare',
    ]);
    expect(examples).toHaveLength(10);
    expect(await page.locator('.graphiql-query-editor').textContent()).toContain('embed');
  });

  it('shows the answer to a query', async () => {
    await open();
    await tab('Classify').click();
    await run();
    await expectAnswer().toContain('"label": "Sports"');
  });

  it('shows the events of a subscription as they come', async () => {
    await open();
    await tab('FollowJob').click();
    await run();
    await expectAnswer().toContain('"status": "RUNNING"');
    jobEnds();
    await expectAnswer().toContain('"status": "SUCCEEDED"');
    expect(requests).toContain(`${api.origin.replace('http', 'ws')}/graphql`);
  });

  it('shows why a subscription was refused', async () => {
    await open();
    await write('subscription { nonsense }');
    await run();
    await expectAnswer().toContain('Cannot query field \\"nonsense\\" on type \\"Subscription\\".');
  });

  it('explains the schema', async () => {
    await open();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Query' }).click();
    await page.getByText('Label texts with every head of a model.').waitFor();
  });

  it('remembers what was run', async () => {
    await open();
    await tab('Classify').click();
    await run();
    await expectAnswer().toContain('Sports');
    await page.getByRole('button', { name: 'Show History' }).click();
    await page.getByRole('button', { name: 'Classify', exact: true }).waitFor();
  });

  it('marks what the schema does not know, while it is written', async () => {
    await open();
    await write('query { nonsense }');
    await page.locator('.graphiql-query-editor .squiggly-error').waitFor();
  });

  it('prettifies a query', async () => {
    await open();
    await write('query {classify(texts:["Hello"]){version}}');
    expect(await page.locator('.graphiql-query-editor .view-line').count()).toBe(1);
    await page.getByRole('button', { name: /^Prettify/ }).click();
    await page.locator('.graphiql-query-editor .view-line').nth(4).waitFor();
  });

  it('fits a phone: question above answer, both as wide as the screen, and the docs over them', async () => {
    await open({ viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
    await tab('Classify').tap();
    await run();
    await expectAnswer().toContain('Sports');
    const question = await box('.graphiql-editors');
    const answerBox = await box('.result-window');
    expect(question.width).toBeGreaterThan(360);
    expect(answerBox.width).toBeGreaterThan(360);
    expect(answerBox.y).toBeGreaterThanOrEqual(question.y + question.height);
    expect(answerBox.y + answerBox.height).toBeLessThanOrEqual(800);

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).tap();
    await page.getByRole('link', { name: 'Query' }).tap();
    expect(await box('.graphiql-plugin')).toMatchObject({ x: 0, y: 0, width: 390 });
    await page.getByRole('button', { name: 'Hide Documentation Explorer' }).tap();
    await tab('Embed').tap();
  });

  it.each(['light', 'dark'] as const)('is %s where the browser prefers it', async (colorScheme) => {
    await open({ colorScheme });
    const background = await page.locator('.graphiql-container').evaluate((element) => {
      return element.ownerDocument.defaultView?.getComputedStyle(element).backgroundColor ?? '';
    });
    const brightness = Math.max(...(background.match(/\d+/g) ?? []).map(Number));
    expect(brightness > 128 ? 'light' : 'dark').toBe(colorScheme);
  });

  afterEach(() => {
    const hosts = requests
      .map((url) => new URL(url))
      .filter(({ protocol }) => protocol !== 'data:')
      .map(({ host }) => host);
    expect([...new Set(hosts)]).toEqual([new URL(api.origin).host]);
    expect(complaints).toEqual([]);
  });
});
