import { type DocumentedError, documentedErrors } from './errors-markdown.ts';
import { escapeHtml, inline, type Page, renderPage } from './page.ts';

/** What `type` of a problem links to: `/docs/errors#ALREADY_TAKEN`. */
export const errorsPage = (): Page => {
  const all = documentedErrors();
  return renderPage({
    href: '/docs/errors',
    title: 'Errors',
    lead: inline(
      'Every error is an RFC 9457 problem with a stable `code`, and a `title` in Korean or English by ' +
        '`Accept-Language`. Those that may succeed when repeated are never stored under an `Idempotency-Key`.',
    ),
    aside: `<ul>${all.map(({ code }) => `<li><a href="#${code}">${code}</a></li>`).join('')}</ul>`,
    main: all.map(article).join('\n'),
  });
};

const article = ({ code, status, retriable, ko, en, answeredBy }: DocumentedError): string => `<article id="${code}">
<h3>${code}</h3>
<p class="facts">${status} · ${retriable ? 'may succeed when repeated' : 'repeating it changes nothing'}</p>
<p><span lang="ko">${escapeHtml(ko)}</span><br>${escapeHtml(en)}</p>
<p class="quiet">${answeredBy === undefined ? 'Any call may answer it.' : answeredBy.map((call) => `<code>${escapeHtml(call)}</code>`).join(' ')}</p>
</article>`;
