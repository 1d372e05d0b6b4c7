// The only place where elements are made. Text goes in as text: destinations and names may hold anything.

const SVG = "http://www.w3.org/2000/svg";

/** Returns an element; children are elements and texts. Properties that begin with "on" are listeners. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else if (name === "class") {
      element.className = value;
    } else if (value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children);
  return element;
}

/** Returns an element of an SVG picture. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Sets a text if it is another one: what stays is neither drawn nor read out again. */
export function setText(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) {
    element.textContent = wanted;
  }
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

/**
 * Makes a container show one view for each item, in order. Views stay what they are while their items are there, so that the
 * focus and what is being typed stay, too.
 *
 * keyOf: item to a text, of its own for each; make: item to a view, an object with a root element and update(item).
 */
export class Views {
  #container;
  #keyOf;
  #make;
  #views = new Map();

  constructor(container, keyOf, make) {
    this.#container = container;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  update(items) {
    const next = new Map();
    for (const item of items) {
      const key = this.#keyOf(item);
      const view = this.#views.get(key) ?? this.#make(item);
      view.update(item);
      next.set(key, view);
    }
    for (const [key, view] of this.#views) {
      if (next.get(key) !== view) {
        view.root.remove();
      }
    }
    let place = this.#container.firstChild;
    for (const view of next.values()) {
      if (view.root === place) {
        place = place.nextSibling;
      } else {
        this.#container.insertBefore(view.root, place);
      }
    }
    this.#views = next;
  }
}
