// Small pieces of page, made without markup in strings: text is always text.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

// A new screen begins at its top; the same one, drawn again, stays where the thumb is.
export function show(place, ...children) {
  const before = place.querySelector("h1")?.textContent;
  place.replaceChildren(...children.filter(Boolean));
  if (before !== undefined && place.querySelector("h1")?.textContent !== before && scrollY > 0) scrollTo(0, 0);
}

// A picture that the server drew, shown as an image so that nothing in it can run.
export function picture(svg, alt) {
  if (!svg) return null;
  return el("img", { src: `data:image/svg+xml,${encodeURIComponent(svg)}`, alt, class: "exercise-picture", width: 240, height: 120 });
}

export function sheet(title, ...children) {
  const dialog = el("dialog", { class: "sheet", "aria-label": title }, el("h2", {}, title), ...children);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function download(name, value) {
  const link = el("a", { href: URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: "application/json" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
