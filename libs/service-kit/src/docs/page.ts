import { createHash } from 'node:crypto';

/** An HTML page that needs nothing but itself, with the policy that lets a browser run just that. */
export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

const pages = [
  { href: '/docs', name: 'API' },
  { href: '/asyncapi', name: 'Messages' },
  { href: '/docs/errors', name: 'Errors' },
] as const;

export type PageHref = (typeof pages)[number]['href'];

export interface PageContent {
  readonly href: PageHref;
  readonly title: string;
  readonly lead: string;
  /** HTML, escaped already. */
  readonly aside: string;
  readonly main: string;
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Text with `code` in backticks, as HTML. */
export const inline = (text: string): string => escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

export const renderPage = (content: PageContent): Page => {
  const styleHash = createHash('sha256').update(STYLE).digest('base64');
  return {
    html: layout(content),
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
};

const layout = ({ href, title, lead, aside, main }: PageContent): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Frontrow</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header><b>Frontrow</b><nav>${pages
  .map((page) => `<a href="${page.href}"${page.href === href ? ' aria-current="page"' : ''}>${page.name}</a>`)
  .join('')}</nav></header>
<div class="columns">
<aside>${aside}</aside>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${lead}</p>
${main}
</main>
</div>
</body>
</html>
`;

const STYLE = `
:root{--ink:#1c2230;--quiet:#5b6475;--line:#dfe3ea;--paper:#fff;--wash:#f5f7fa;--accent:#2447c8;--event:#0b7a4b;--command:#a3490c;--reply:#6a35b8;
color-scheme:light dark;font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans KR",sans-serif}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9f0;--quiet:#9aa4b6;--line:#2c3444;--paper:#12161f;--wash:#1a202c;--accent:#8fa8ff;--event:#5fd3a0;--command:#f0a36b;--reply:#c3a0ff}}
*{box-sizing:border-box}
html{scroll-padding-top:4.5rem}
body{margin:0;color:var(--ink);background:var(--paper)}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{background:var(--wash);padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
pre{background:var(--wash);border:1px solid var(--line);border-radius:8px;margin:0;padding:.8rem 1rem;overflow:auto;max-height:30rem}
header{position:sticky;top:0;z-index:1;display:flex;gap:2rem;align-items:center;padding:.8rem 1.5rem;background:var(--paper);border-bottom:1px solid var(--line)}
nav{display:flex;gap:1.2rem}nav a[aria-current]{color:var(--ink);font-weight:600}
.columns{display:grid;grid-template-columns:17rem minmax(0,1fr);max-width:82rem;margin:0 auto}
aside{position:sticky;top:3.5rem;align-self:start;max-height:calc(100vh - 3.5rem);overflow:auto;padding:1.5rem;font-size:.9rem}
aside ul{list-style:none;margin:.2rem 0 1rem;padding:0}aside li{overflow-wrap:anywhere}
aside .group{font-weight:600}
main{padding:1.5rem 1.5rem 6rem;min-width:0}
h1{font-size:1.9rem;line-height:1.2;margin:.3rem 0 .6rem}
h2{font-size:1.35rem;margin:3rem 0 .4rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:0}
.lead{color:var(--quiet);max-width:46rem;margin:0 0 1rem}
.facts{color:var(--quiet);font-size:.9rem;margin:.2rem 0 1rem}
article{border:1px solid var(--line);border-radius:10px;margin:1rem 0;padding:1rem 1.2rem}
article>p{margin:.3rem 0 .8rem}article>p:last-child{margin-bottom:0}
.kind{font-size:.72rem;font-weight:600;letter-spacing:.04em;text-transform:uppercase;margin-right:.6rem}
.event{color:var(--event)}.command{color:var(--command)}.reply{color:var(--reply)}
.halves{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1rem}
.halves h4{font-size:.8rem;color:var(--quiet);font-weight:600;margin:0 0 .3rem}
.fields{width:100%}.fields code{overflow-wrap:normal;white-space:nowrap}.fields td:first-child{width:1%}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.88rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line)}
th{color:var(--quiet);font-weight:600;font-size:.8rem}
td .quiet,.quiet{color:var(--quiet)}
tr:target td,article:target{background:var(--wash)}
details summary{cursor:pointer;color:var(--quiet);font-size:.88rem;margin-top:.8rem}
details pre{margin-top:.5rem}
@media (max-width:60rem){.columns,.halves{grid-template-columns:minmax(0,1fr)}aside{position:static;max-height:none;padding-bottom:0}aside .group{display:block}aside .group+ul{display:none}header{gap:1rem}}
`;
