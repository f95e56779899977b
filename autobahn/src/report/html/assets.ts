/* The page's style and behaviour. Plain text inside, so that the page stands alone. */

export const style = `
:root { font: 15px/1.45 system-ui, sans-serif; color: #1d2429; background: #fff; }
body { margin: 0; padding: 1rem; }
h1 { font-size: 1.35rem; margin: 0 0 .3rem; }
p { max-width: 48rem; margin: .3rem 0; }
.key { display: flex; flex-wrap: wrap; gap: .4rem; margin: .8rem 0; }
.key span { padding: .1rem .6rem; border-radius: .2rem; color: #fff; }
.scroll { overflow-x: auto; }
table { border-collapse: separate; border-spacing: 2px; }
th, td { padding: .12rem .45rem; text-align: left; font-weight: normal; }
thead th { position: sticky; top: 0; background: #fff; font-weight: 600; overflow-wrap: anywhere; }
tbody th { position: sticky; left: 0; background: #f1f4f6; font-variant-numeric: tabular-nums; }
tr.section th { background: #dde3e8; font-weight: 600; position: static; }
td { padding: 0; min-width: 7.5rem; }
td button { all: unset; display: flex; justify-content: space-between; gap: .5rem; box-sizing: border-box; width: 100%;
  padding: .15rem .5rem; cursor: pointer; color: #fff; border-radius: .2rem; }
td button:focus-visible { outline: 3px solid #f5a623; }
td small { opacity: .85; }
td b { font-weight: 400; padding: 0 .35rem; border-radius: .2rem; }
.ok { background: #0a7d0a; } .almost { background: #4c8f2a; } .non-strict { background: #7d7a00; }
.info { background: #2f7ba3; } .unimplemented { background: #800080; } .failed { background: #990000; }
.missing { color: #777; padding: .15rem .5rem; }
dialog { width: min(60rem, 100vw); max-width: 100vw; box-sizing: border-box; max-height: 92vh; border: 1px solid #889;
  border-radius: .4rem; padding: 1rem; }
dialog::backdrop { background: #0006; }
dialog h2 { margin: 0 2.5rem .5rem 0; font-size: 1.1rem; }
dialog form { position: absolute; top: .6rem; right: .8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .8rem; margin: 0; }
dt { color: #5a6670; } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: #f4f6f8; padding: .5rem; overflow-x: auto; font-size: .8rem; }
.log td { min-width: 0; padding: .05rem .4rem; font: .8rem ui-monospace, monospace; vertical-align: top; overflow-wrap: anywhere; }
.log td:first-child { text-align: right; white-space: nowrap; color: #5a6670; }
@media (max-width: 40rem) {
  body { padding: .5rem; }
  td { min-width: 5.5rem; } td small, tbody th small { display: none; }
  dl { grid-template-columns: 1fr; } dt { margin-top: .4rem; }
}
`;

export const script = `
const details = JSON.parse(document.getElementById("details").textContent);
const dialog = document.querySelector("dialog");
const body = dialog.querySelector("div");
const add = (parent, tag, text) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
};
function show(key) {
  const one = details[key];
  if (!one) return;
  body.replaceChildren();
  add(body, "h2", "Case " + one.id + ", " + one.agent);
  const list = add(body, "dl");
  for (const [name, value] of one.facts) { add(list, "dt", name); add(list, "dd", value); }
  add(body, "h3", "Wire log (ms after the opening handshake)");
  const table = add(body, "table"); table.className = "log";
  for (const [at, what, more] of one.log) {
    const row = add(table, "tr"); add(row, "td", at); add(row, "td", what); add(row, "td", more);
  }
  for (const [name, text] of one.http) { if (text) { add(body, "h3", name); add(body, "pre", text); } }
  if (!dialog.open) dialog.showModal();
}
addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key;
  if (key) location.hash = key;
  if (event.target === dialog) dialog.close();
});
const fromHash = () => show(decodeURIComponent(location.hash.slice(1)));
addEventListener("hashchange", fromHash);
dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
fromHash();
`;
