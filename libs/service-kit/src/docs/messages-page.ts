import { allMessages } from '@frontrow/contracts/catalogue';
import type { AnyCommandType, AnyMessageType } from '@frontrow/contracts/message';
import { type TopicName, type TopicSettings, topics } from '@frontrow/contracts/topics';
import { asyncApiDocument, exampleHeaders, payloadSchema, titleOf } from '../asyncapi.ts';
import { readersOf, senderOf } from './message-routes.ts';
import { escapeHtml, inline, type Page, renderPage } from './page.ts';
import { schemaTables } from './schema-table.ts';

/** Every topic and its messages, for people; the same facts as `/asyncapi.json`. */
export const messagesPage = (): Page => {
  const document = asyncApiDocument();
  const channels = Object.entries(document.channels).map(([topic, { description }]) => ({
    topic: topic as TopicName,
    description,
    messages: allMessages.filter((message) => message.topic === topic),
  }));
  const spoken = channels.filter(({ messages }) => messages.length > 0);
  const deadLetters = channels.filter(({ messages }) => messages.length === 0);
  return renderPage({
    href: '/asyncapi',
    title: document.info.title,
    lead: `${inline(document.info.description)} For programs: <a href="/asyncapi.json">asyncapi.json</a>.`,
    aside: [
      ...spoken.map(({ topic, messages }) => contents(topic, messages)),
      '<a class="group" href="#dead-letters">Dead letters</a>',
    ].join('\n'),
    main: [...spoken.map(section), deadLetterSection(deadLetters)].join('\n'),
  });
};

interface Channel {
  readonly topic: TopicName;
  readonly description: string;
  readonly messages: readonly AnyMessageType[];
}

const contents = (topic: TopicName, messages: readonly AnyMessageType[]): string =>
  `<a class="group" href="#${topic}">${topic}</a><ul>${messages
    .map(({ type }) => `<li><a href="#${type}">${escapeHtml(titleOf(type))}</a></li>`)
    .join('')}</ul>`;

const section = ({ topic, description, messages }: Channel): string => `<section>
<h2 id="${topic}">${topic}</h2>
<p class="facts">${inline(description)} ${settingsText(topic)}</p>
${messages.map(article).join('\n')}
</section>`;

const settingsText = (topic: TopicName): string => {
  const { partitions, cleanup }: TopicSettings = topics[topic];
  return `${partitions} partition${partitions === 1 ? '' : 's'}, ${cleanup === 'compact' ? 'compacted' : 'by time'}.`;
};

const article = (message: AnyMessageType): string => `<article id="${message.type}">
<h3><span class="kind ${message.kind}">${message.kind}</span>${escapeHtml(titleOf(message.type))}</h3>
<p>${inline(message.summary)}</p>
<p class="facts"><code>${escapeHtml(message.type)}</code> · from ${senderOf(message)} to ${readersText(message)} · key <code>${escapeHtml(message.key(message.example))}</code>${replyText(message)}</p>
<div class="halves">
<div><h4>Value</h4>${schemaTables(payloadSchema(message))}</div>
<div><h4>Example</h4><pre>${escapeHtml(JSON.stringify(message.example, null, 2))}</pre></div>
</div>
<details><summary>Headers of the example, and the JSON Schema</summary>
<pre>${escapeHtml(JSON.stringify(exampleHeaders(message), null, 2))}</pre>
<pre>${escapeHtml(JSON.stringify(payloadSchema(message), null, 2))}</pre>
</details>
</article>`;

const readersText = (message: AnyMessageType): string => readersOf(message).join(', ') || 'whoever follows';

const replyText = (message: AnyMessageType): string => {
  if (message.kind !== 'command') return '';
  const { type } = (message as AnyCommandType).reply;
  return ` · answered by <a href="#${type}">${escapeHtml(titleOf(type))}</a>`;
};

const deadLetterSection = (channels: readonly Channel[]): string => `<section>
<h2 id="dead-letters">Dead letters</h2>
<table>${channels
  .map(({ topic, description }) => `<tr><td><code>${topic}</code></td><td>${inline(description)}</td></tr>`)
  .join('')}</table>
</section>`;
