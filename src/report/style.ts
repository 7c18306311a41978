import { colors, hues } from '../charts/theme';

/** The colours of charts on a dark background, with the same contrast as on the light one. */
const dark: Record<string, string> = {
  [colors.card]: '#1d1f23',
  [colors.text]: '#e9e9e9',
  [colors.muted]: '#b3b7bd',
  [colors.grid]: '#3b3f45',
  [colors.blue]: '#56b4e9',
  [colors.vermilion]: '#f58a4b',
  [colors.vermilionText]: '#ff9d63',
  [hues[2]]: '#33c49a',
  [hues[3]]: '#e68fc1',
  [hues[4]]: '#dcb03f',
  [hues[5]]: '#93cdf3',
};

/** The page's style sheet. Charts are drawn once in light colours, which are replaced in dark mode. */
export function style(): string {
  const exchanged = Object.entries(dark).map(
    ([light, now]) => `svg [fill="${light}"]{fill:${now}} svg [stroke="${light}"]{stroke:${now}}`,
  );
  return `
:root{--page:#fff;--card:${colors.card};--text:${colors.text};--muted:${colors.muted};--line:${colors.grid};--alarm:${colors.vermilionText};--fine:#00694e}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
main{max-width:960px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.7rem;line-height:1.25;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.2em 0 .3em}
p{margin:.3em 0}
.summary,.advice,details{color:var(--muted)}
.note{border-left:4px solid var(--line);padding-left:10px;overflow-wrap:anywhere}
.note::first-letter{text-transform:uppercase}
.findings{list-style:none;padding:0}
.findings li{border-left:4px solid var(--line);background:var(--card);padding:10px 14px;margin:8px 0}
.findings .alarm{border-color:var(--alarm)}.findings .alarm strong{color:var(--alarm)}
.findings .fine{border-color:var(--fine)}.findings .fine strong{color:var(--fine)}
figure{margin:14px 0;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:8px}
.wide,pre{overflow-x:auto}
svg{display:block;max-width:100%;height:auto;background:none!important}
details{font-size:.85rem;padding:2px 12px}
summary{cursor:pointer}
.pictures{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:16px}
.pictures li{display:flex;flex-direction:column;font-size:.8rem;line-height:1.3;overflow-wrap:anywhere}
.pictures img{border-radius:4px;margin-bottom:4px}
.pictures span{color:var(--muted)}
table{border-collapse:collapse;font-size:.9rem}
th,td{text-align:left;padding:4px 16px 4px 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:normal}
thead th{color:var(--muted)}
.number{text-align:right;white-space:nowrap}
a{color:inherit}
td{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
@media screen and (prefers-color-scheme:dark){
:root{--page:#131417;--card:${dark[colors.card]};--text:${dark[colors.text]};--muted:${dark[colors.muted]};--line:${dark[colors.grid]};--alarm:${dark[colors.vermilionText]};--fine:${dark[hues[2]]}}
${exchanged.join('\n')}
}
@media print{
:root{color-scheme:light}
main{max-width:none;padding:0 1px}
details{display:none}
.wide{overflow:visible}
svg{min-width:0!important;max-height:240mm}
h1,h2,section>p{break-after:avoid}
figure,p,tr,.findings li,.pictures li{break-inside:avoid}
table{font-size:.8rem}
th,td{padding-right:12px}
.number{white-space:normal}
}
`;
}
