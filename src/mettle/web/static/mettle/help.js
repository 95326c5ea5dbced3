// The help card: immediate, offline, never a score. Used by questionnaires; the page "Help now" shows it too.
import * as store from "./store.js";
import { bundle as fetchBundle } from "./sync.js";
import { el, show } from "./dom.js";
import { gettext } from "./words.js";

const list = (title, lines) => (lines?.length ? el("section", { class: "stack" }, el("h3", {}, title), el("ul", {}, ...lines.map((l) => el("li", {}, l)))) : null);

// card: {title, lines, emergency, numbers: [{label, number}], directories: [...], ask}; plan: the person's own safety plan.
export function helpCard(card, { plan, contact, onContinue, onDanger } = {}) {
  const call = (label, number) => el("a", { class: "button wide stop", href: `tel:${number.replaceAll(/[^+\d]/g, "")}` }, `${label}: ${number}`);
  return el("div", { class: "card help stack", role: "alertdialog", "aria-label": card.title, tabindex: "-1" },
    el("h1", {}, card.title),
    ...card.lines.map((l) => el("p", {}, l)),
    card.emergency ? call(gettext("Emergency"), card.emergency) : null,
    ...(card.numbers || []).map((n) => call(n.label, n.number)),
    contact?.phone ? call(contact.name || gettext("The person you chose"), contact.phone) : null,
    ...(card.directories?.length ? [el("p", {}, gettext("Lines near you:")), el("ul", {}, ...card.directories.map((d) => el("li", {}, ...(d.address ? [`${d.name}: `, el("a", { href: d.address, rel: "noreferrer" }, d.shown)] : [d]))))] : []),
    plan ? el("details", { class: "card", open: card.full !== false }, el("summary", {}, gettext("Your own safety plan")),
      list(gettext("Warning signs"), plan.warning_signs), list(gettext("What helps"), plan.what_helps), list(gettext("People"), plan.people), list(gettext("Places"), plan.places)) : null,
    card.ask && onDanger ? el("section", { class: "stack" }, el("h2", {}, card.ask), el("button", { class: "wide stop", onclick: onDanger }, gettext("Yes")), el("button", { class: "wide", onclick: onContinue }, gettext("No"))) : null,
    onContinue && !card.ask ? el("button", { class: "main wide", onclick: onContinue }, gettext("I am safe, go on")) : null);
}

const place = document.getElementById("help");
if (place && store.whose()) {
  const drawn = (bundle) => {
    if (!bundle) return;
    const card = helpCard(bundle.help.card, { plan: bundle.safety_plan, contact: bundle.help.contact });
    card.removeAttribute("role");
    const bare = !bundle.help.card.emergency || !bundle.help.contact;
    show(place, card, bare ? el("p", {}, el("a", { class: "button wide", href: "/settings/#set-help" }, gettext("Put your emergency number, and someone to call, on this card"))) : null);
  };
  store.kept("bundle").then((kept) => { drawn(kept); return fetchBundle().then((fresh) => { if (fresh && JSON.stringify([fresh.help, fresh.safety_plan]) !== JSON.stringify([kept?.help, kept?.safety_plan])) drawn(fresh); }); }).catch(() => {});
}
