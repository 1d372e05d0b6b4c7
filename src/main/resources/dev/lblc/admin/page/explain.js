// The answer to "where does it go, and why?".

import { call, servicePath } from "./api.js";
import { stateOf } from "./attention.js";
import { byId, el, setText } from "./dom.js";
import { count } from "./format.js";

const URL_LIKE = /^https?:\/\//i;

export class Explain {
  #question = byId("question");
  #service = byId("of-service");
  #answer = byId("answer");
  #asked = 0;

  constructor() {
    byId("explain").addEventListener("submit", event => {
      event.preventDefault();
      const question = this.#question.value.trim();
      this.#ask(question, URL_LIKE.test(question));
    });
    this.#question.addEventListener("input", () => this.#lookAtQuestion());
  }

  /** Takes the names of the services; the chosen one stays. */
  update(names) {
    const shown = [...this.#service.options].map(option => option.value);
    if (shown.length !== names.length || shown.some((name, i) => name !== names[i])) {
      const chosen = this.#service.value;
      this.#service.replaceChildren(...names.map(name => el("option", { value: name }, name)));
      if (names.includes(chosen)) {
        this.#service.value = chosen;
      }
    }
  }

  /** Asks for a destination of a service, even if it looks like a URL: clients choose destinations. */
  ask(service, destination) {
    this.#question.value = destination;
    this.#service.value = service;
    this.#service.disabled = false;
    this.#ask(destination, false);
    this.#answer.scrollIntoView({ block: "nearest" });
  }

  /** The route of a URL says which service it goes to. */
  #lookAtQuestion() {
    this.#service.disabled = URL_LIKE.test(this.#question.value.trim());
  }

  async #ask(question, isUrl) {
    const number = ++this.#asked;
    try {
      const answer = isUrl
          ? await call("GET", `/api/v1/explain?url=${encodeURIComponent(question)}`)
          : { explanation: await call("GET",
              `${servicePath(this.#service.value, "explain")}?destination=${encodeURIComponent(question)}`) };
      if (number === this.#asked) {
        this.#show(answer);
      }
    } catch (failure) {
      if (number === this.#asked) {
        this.#answer.replaceChildren(el("p", { class: "failure" }, `No answer: ${failure.message}`));
      }
    }
  }

  #show({ text, explanation }) {
    const parts = [];
    if (text !== undefined) {
      parts.push(el("p", {}, text));
    }
    if (explanation !== undefined && explanation !== null) {
      const { destination, server, homes } = explanation;
      parts.push(
          el("p", { class: "verdict" },
              destination === null ? el("em", {}, "A request without destination") : el("strong", {}, destination),
              " ", explanation.text, "."),
          el("p", { class: "note" }, meaning(explanation)));
      parts.push(el("ul", { class: "choices" },
          ...explanation.servers.map(each => choice(each, server, homes))));
    }
    this.#answer.replaceChildren(...parts);
    if (explanation?.destination) {
      this.#askNodes(explanation, this.#asked);
    }
  }

  /** Each node decides by its own table: says so if they do not agree, for the time of a message or during a fault. */
  async #askNodes({ service, destination }, number) {
    const { nodes } = await call("GET",
        `${servicePath(service, "homes")}?destination=${encodeURIComponent(destination)}`).catch(() => ({ nodes: [] }));
    if (number !== this.#asked || nodes.length < 2) {
      return;
    }
    const words = nodes.map(({ homes }) => home(homes));
    this.#answer.append(new Set(words).size === 1
        ? el("p", {}, `On all ${count(nodes.length)} nodes the same: ${words[0]}.`)
        : el("div", {},
            el("p", { class: "failure" }, "The nodes do not have the same home for it:"),
            el("ul", {}, ...nodes.map(({ name, self }, i) =>
                el("li", {}, el("strong", {}, name), self ? " (this node): " : ": ", words[i])))));
  }
}

function home(homes) {
  return homes === null ? "no answer" : homes.length === 0 ? "no home" : `home ${homes.join(", ")}`;
}

function choice(each, chosen, homes) {
  const { word } = stateOf(each);
  const notes = [word, `${count(each.active.cluster)} of ${count(each.weight)} requests`];
  if (homes.includes(each.id)) {
    notes.push("home");
  }
  const item = el("li", {}, each.id === chosen ? "→ " : "", el("strong", {}, each.id), ` ${notes.join(", ")}`);
  item.classList.toggle("chosen", each.id === chosen);
  return item;
}

/** What the reason means for the person who asks. */
function meaning({ reason, server, homes }) {
  switch (reason) {
    case "hit":
      return "Its next request finds what this server has in its cache.";
    case "placed":
      return `Nobody has asked for it lately, or no request has this destination: the whole URL says which one it has. Its next request`
          + ` makes ${server} its home.`;
    case "overloaded":
      return `${homes[0] ?? "Its home"} has more requests at once than it should, and another server is less than half busy. With lblc and`
          + " lblcr a higher weight keeps its destinations there.";
    case "unavailable":
      return "Its home is gone, or fails its checks. It stays with the new server when the old one comes back.";
    case "quiesced":
      return "Its home is drained, or has weight 0: nothing new goes there.";
    case "expired":
      return "It was not asked for longer than the service’s expiration, or with lblc-adaptive than forget says, and its home is busy.";
    case "no_destination":
      return "The route gives such a request no destination, or the strategy has no use for one: each request goes to the least"
          + " loaded server.";
    case "none":
      return "Clients get 503 until a server is back.";
    default:
      return "";
  }
}
