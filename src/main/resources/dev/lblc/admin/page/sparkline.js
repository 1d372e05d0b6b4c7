// A small picture of the last ten minutes, with its meaning in words for those who do not see it.

import { el, setAttribute, setText, svg } from "./dom.js";

const WIDTH = 240;
const HEIGHT = 40;

export class Sparkline {
  #line = svg("polyline", { fill: "none" });
  #area = svg("polygon", {});
  #picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", preserveAspectRatio: "none" },
      this.#area, this.#line);
  #value = el("strong");
  #note = el("span", { class: "note" });

  constructor(title) {
    this.root = el("figure", { class: "sparkline" },
        el("figcaption", {}, `${title}: `, this.#value, " ", this.#note), this.#picture);
  }

  /**
   * values: the oldest first, at most as many as places, null where there is none; top: what is drawn at the upper edge; bottom:
   * at the lower one.
   */
  update(values, places, bottom, top, value, note) {
    setText(this.#value, value);
    setText(this.#note, note);
    setAttribute(this.#picture, "aria-label", `${value} ${note}`);
    const points = [];
    values.forEach((each, i) => {
      if (each !== null) {
        const x = ((places - values.length + i) / (places - 1)) * WIDTH;
        const share = Math.min(1, Math.max(0, (each - bottom) / (top - bottom)));
        points.push([x, HEIGHT - 1 - share * (HEIGHT - 2)]);
      }
    });
    const text = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
    setAttribute(this.#line, "points", text);
    setAttribute(this.#area, "points", points.length < 2 ? ""
        : `${points[0][0].toFixed(1)},${HEIGHT} ${text} ${points.at(-1)[0].toFixed(1)},${HEIGHT}`);
  }
}
