// A picture that can be looked into: the charting library comes on a tap, and with it an interpreter, so that nothing is evaluated.
import { gettext } from "./words.js";

function load(src) {
  return window.vegaEmbed ? Promise.resolve() : new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement("script"), { type: "module", src, onload: done, onerror: failed }));
  });
}

/** The spec in the colours that the page has now, light or dark. */
function coloured({ spec, colours }, figure) {
  const style = getComputedStyle(figure.querySelector("svg"));
  let text = JSON.stringify(spec);
  for (const [colour, name] of Object.entries(colours)) text = text.replaceAll(colour, style.getPropertyValue(`--${name}`).trim() || colour);
  return JSON.parse(text);
}

async function open(button, figure) {
  button.disabled = true;
  const place = document.createElement("div");
  place.className = "closer";
  const drawings = [...figure.querySelectorAll("svg")];
  try {
    const [reply] = await Promise.all([fetch(button.dataset.closer), load(button.dataset.library)]);
    if (!reply.ok) throw new Error(reply.statusText);
    const spec = coloured(await reply.json(), figure);
    drawings.at(-1).after(place);
    for (const drawing of drawings) drawing.classList.add("away");
    await window.vegaEmbed(place, spec, { mode: "vega-lite", ast: true, actions: false, defaultStyle: false, renderer: "canvas", tooltip: { disableDefaultStyle: true } });
    place.querySelector("canvas").setAttribute("role", "img");
    place.querySelector("canvas").setAttribute("aria-label", drawings[0].getAttribute("aria-label"));
    button.replaceWith(Object.assign(document.createElement("p"), { className: "small", textContent: gettext("Tap a dot or a mark for its day; draw the days apart with two fingers or the wheel.") }));
  } catch {
    place.remove();
    for (const drawing of drawings) drawing.classList.remove("away");
    button.textContent = gettext("This needs a connection. Try again");
    button.disabled = false;
  }
}

function ready() {
  for (const button of document.querySelectorAll("[data-closer][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => open(button, button.closest("figure")));
  }
}

ready();
document.addEventListener("htmx:afterSwap", ready);
