// Settings: countries by their names in the page's language, the one this device is set to in one tap, and the number to confirm.
import { el } from "./dom.js";
import { gettext } from "./words.js";

const numbers = JSON.parse(document.getElementById("emergency-numbers").textContent);
const country = document.getElementById("id_country");
const number = document.getElementById("id_emergency_number");
const offer = el("div", { class: "row", id: "offer" });

const named = [...country.options].filter((o) => o.value);
try {
  const names = new Intl.DisplayNames([document.documentElement.lang], { type: "region" });
  for (const option of named) option.textContent = names.of(option.value);
} catch { /* the names that came with the page stay */ }
named.sort((a, b) => a.textContent.localeCompare(b.textContent, document.documentElement.lang));
country.append(...named);

const here = navigator.languages.map((l) => { try { return new Intl.Locale(l).region; } catch { return undefined; } }).find((region) => named.some((o) => o.value === region));
const nameOf = (code) => named.find((o) => o.value === code).textContent;

// A number is put in by the person's own tap, never by itself: what stands in the list was checked by nobody.
function offered() {
  const code = country.value || here;
  const known = code && numbers[code];
  const wanted = code && (!country.value || (known && !number.value));
  offer.replaceChildren(...(wanted ? [el("button", { type: "button", onclick: () => { country.value = code; if (known) number.value = known; offered(); number.focus(); } },
    known ? gettext("%(country)s, and %(number)s is right there", { country: nameOf(code), number: known }) : nameOf(code))] : []));
}
number.closest(".field").after(offer);
country.addEventListener("change", () => { number.value = ""; offered(); });
number.addEventListener("change", offered);
offered();
