// The rest between sets as a ring. It counts from a stored moment; whoever comes back late is told how late.
import { el } from "./dom.js";
import { gettext } from "./words.js";

export const wall = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const LONG_MS = 15 * 60_000;
const NS = "http://www.w3.org/2000/svg";

export function ring() {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "0 0 40 40"); svg.setAttribute("class", "ring"); svg.setAttribute("aria-hidden", "true");
  for (const name of ["track", "left"]) {
    const circle = document.createElementNS(NS, "circle");
    circle.setAttribute("cx", "20"); circle.setAttribute("cy", "20"); circle.setAttribute("r", "17"); circle.setAttribute("pathLength", "100"); circle.setAttribute("class", name);
    svg.append(circle);
  }
  return { svg, draw: (share) => svg.lastChild.setAttribute("stroke-dasharray", `${100 * share} 100`) };
}

let ticker = null;
// until, total: milliseconds. onOver is called once, when the rest ends or is found ended.
export function rest({ until, total, onOver, onSkip }) {
  clearInterval(ticker);
  if (!until || Date.now() - until > LONG_MS) return null;
  const { svg, draw } = ring();
  const text = el("span", { class: "figure", id: "rest", role: "timer" });
  const words = el("span", { class: "small", id: "rest-over", role: "status" });
  const skip = el("button", { class: "plain", onclick: onSkip }, gettext("Skip the rest"));
  const card = el("section", { class: "card rest" }, svg, text, words, skip);
  let over = false;
  const tick = () => {
    const left = (until - Date.now()) / 1000;
    draw(Math.max(0, left) / (total / 1000));
    text.textContent = wall(Math.abs(left > 0 ? Math.ceil(left) : Math.floor(-left)));
    if (left > 0 || over) return;
    over = true;
    card.classList.add("over"); skip.hidden = true;
    words.textContent = gettext("since the rest was over");
    onOver(-left);
  };
  tick();
  ticker = setInterval(tick, 250);
  return card;
}
export function still() { clearInterval(ticker); }
