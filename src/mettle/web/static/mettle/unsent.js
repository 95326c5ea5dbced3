// Data: what is only on this device. Refused records stay in sight with the reason until the person has them or lets them go.
import * as store from "./store.js";
import { download, el, show } from "./dom.js";
import { flush, trouble } from "./sync.js";
import { gettext, ngettext } from "./words.js";

const place = document.getElementById("unsent-list");
const kinds = { session: gettext("a session"), set: gettext("a set"), observation: gettext("a check-in"), signal: gettext("a note on the day"), response: gettext("a questionnaire"), reaction: gettext("a reaction test") };
const kind = (op) => kinds[op.kind.split(".")[0]] ?? op.kind;
const words = (fields) => Object.entries(fields).filter(([, value]) => value !== null && typeof value !== "object" && value !== "").map(([name, value]) => `${name.replaceAll("_", " ")} ${String(value).replaceAll("_", " ")}`).join(", ");

async function list() {
  const { unsent, refused, only_here: mine } = await store.onlyHere();
  if (!unsent.length && !refused.length && !mine.length) { show(place); return; }
  show(place, el("section", { class: "card needs-you stack" },
    el("h2", {}, gettext("Only on this device")),
    unsent.length ? el("p", {}, ngettext("%(n)s record waits to be sent.", "%(n)s records wait to be sent.", unsent.length)) : null,
    unsent.length && trouble() ? el("p", { role: "status" }, gettext("The last try did not work: %(why)s.", { why: trouble() })) : null,
    refused.length ? el("p", {}, gettext("These were not taken. They stay here until you have them as a file or let them go:")) : null,
    refused.length ? el("ul", { class: "stack" }, ...refused.map((op) => el("li", {}, `${kind(op)}: ${words(op.fields)}. `, el("strong", {}, op.why), " ",
      el("button", { class: "plain", onclick: async () => { await store.forget(op.at); await list(); } }, gettext("Let it go"))))) : null,
    mine.length ? el("p", {}, ngettext("Answers to %(n)s questionnaire that never leave this device, because somebody else hosts this mettle.", "Answers to %(n)s questionnaires that never leave this device, because somebody else hosts this mettle.", mine.length)) : null,
    el("button", { class: "wide", onclick: () => download("mettle-this-device.json", { unsent, refused, only_here: mine }) }, gettext("Save them as a file"))));
}

if (place && store.whose()) { list().catch(() => {}); store.onChange(() => { list().catch(() => {}); }); flush().then(() => trouble() && list()).catch(() => {}); }
