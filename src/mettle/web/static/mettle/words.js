// The app's words in the reader's language. The page carries the catalogue, so that it is there without a network; in English it carries none.
const page = document.getElementById("words");
const { catalog = {}, plural = "" } = page ? JSON.parse(page.textContent) : {};
const fill = (text, values) => text.replaceAll(/%\((\w+)\)s/g, (_all, name) => String(values[name] ?? ""));
const form = (n) => (plural ? Number(plural[n < 200 ? n : 100 + (n % 100)]) : Number(n !== 1)); // every language's rule repeats after a hundred

export function gettext(text, values = {}) { return fill([catalog[text] ?? text].flat()[0], values); }
export function ngettext(one, many, n, values = {}) { return fill((catalog[one] ?? [one, many])[form(n)] ?? many, { n, ...values }); }
