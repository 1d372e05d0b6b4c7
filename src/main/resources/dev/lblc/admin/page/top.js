// The destinations of one service that are asked for most.

import { el, setText, Views } from "./dom.js";
import { rate } from "./format.js";

export class Top {
  #rows = el("tbody");
  #none = el("p", { class: "note" }, "Nothing was asked for in the last minute.");
  #table;
  #views;

  /** explain: called with a destination that is clicked. */
  constructor(service, explain) {
    this.#views = new Views(this.#rows, each => each.destination, each => new Row(each.destination, explain));
    this.#table = el("table", { class: "top" },
        el("caption", { class: "unseen" }, `Top destinations of ${service}`),
        el("thead", {}, el("tr", {},
            ...["Destination", "Requests/s", "Home"].map(title => el("th", { scope: "col" }, title)))),
        this.#rows);
    this.root = el("div", {}, el("h4", {}, "Top destinations"), this.#table, this.#none);
  }

  update(destinations) {
    this.#views.update(destinations);
    this.#table.hidden = destinations.length === 0;
    this.#none.hidden = destinations.length > 0;
  }
}

class Row {
  #rate = el("td", { class: "number" });
  #homes = el("td");

  constructor(destination, explain) {
    this.root = el("tr", {},
        el("th", { scope: "row" }, el("button", {
          type: "button", class: "link", title: "Where does it go, and why?", onclick: () => explain(destination),
        }, destination)),
        this.#rate, this.#homes);
  }

  update({ perSecond, errorPerSecond, homes }) {
    const error = errorPerSecond >= 0.05 ? ` ± ${rate(errorPerSecond)}` : "";
    setText(this.#rate, rate(perSecond) + error);
    setText(this.#homes, homes.length === 0 ? "none" : homes.join(", "));
  }
}
