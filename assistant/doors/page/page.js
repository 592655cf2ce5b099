// The page: the article beside the talk about it. A client of the HTTP API and nothing more.
// Positions in an article are code points, as the API counts them; the browser counts UTF-16 units (see `units`).

const $ = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 760px)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const touch = matchMedia("(hover: none)");

const state = {
  session: { keys_required: false, signed_in: true },
  articles: [], // what the library holds
  chosen: new Set(), // ids of the articles to ask; none means all
  shown: null, // the article in the left pane, laid out
  wanted: null, // {id} of the article that was wanted last, one for each wish
  talk: null, // the id of the conversation; none before its first question
  thread: {}, // another one as soon as the turns are others
  opening: null, // a promise while a conversation is being opened: whether that went well
  turns: [],
  asking: null, // {turn, control} while an answer is on its way
  suggested: [],
  origin: null, // the link that led to the passage that is marked
  tab: "chat",
};

// ---- Small things ----

/** An element with properties, attributes (in `attributes`) and children. Text is text, never HTML. */
function make(tag, properties = {}, ...children) {
  const { attributes = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function tool(name, label, onclick) {
  return make("button", { type: "button", className: "tool", title: label, onclick, attributes: { "aria-label": label } }, icon(name));
}

const button = (label, onclick) => make("button", { type: "button", className: "button", onclick }, label);

/** What the browser remembers between visits; nothing where it refuses to. */
const memory = {
  get(store, name) {
    try { return window[store].getItem(name); } catch { return null; }
  },
  set(store, name, value) {
    try { value ? window[store].setItem(name, value) : window[store].removeItem(name); } catch { /* it forgets */ }
  },
};

const flat = (text) => text.split(/\s+/u).join(" ").trim();
const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

// ---- The server ----

/** What the server says went wrong, or that it could not be reached (`status` 0). */
class Problem extends Error {
  constructor(status, words, wait = 0) {
    super(words);
    this.status = status;
    this.wait = wait; // seconds
  }
}

const CUT = "The connection to the server was lost.";

async function send(method, path, body, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const form = body instanceof FormData;
  if (body && !form) headers["Content-Type"] = "application/json";
  let reply;
  try {
    reply = await fetch(path, { method, headers, body: form ? body : body && JSON.stringify(body), signal: options.signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, CUT);
  }
  if (!reply.ok) throw await problemOf(reply);
  return reply;
}

async function problemOf(reply) {
  let told = {};
  try { told = await reply.json(); } catch { /* a proxy's own words */ }
  const problem = new Problem(reply.status, wordsOf(told, reply.status), Number(reply.headers.get("Retry-After")) || 0);
  if (problem.status === 401) signedOut();
  return problem;
}

function wordsOf(told, status) {
  const words = typeof told.detail === "string" && told.detail ? told.detail : told.title;
  const id = status >= 500 && told.request_id ? ` (Request ${told.request_id}.)` : "";
  return (words || `The server answered with an error (${status}).`) + id;
}

async function get(path) {
  const reply = await send("GET", path);
  try { return await reply.json(); } catch { throw new Problem(0, CUT); }
}

/** The server-sent events of a reply, as {name, data}. Raises a Problem where the connection ends too early. */
async function* events(reply) {
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      throw error.name === "AbortError" ? error : new Problem(0, CUT);
    });
    if (done) return;
    held = (held + value).replace(/\r\n/g, "\n");
    const parts = held.split("\n\n");
    held = parts.pop();
    for (const part of parts) {
      const event = eventOf(part);
      if (event) yield event;
    }
  }
}

function eventOf(part) {
  let name = "message";
  const data = [];
  for (const line of part.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? { name, data: JSON.parse(data.join("\n")) } : null;
}

// ---- Theme ----

const THEMES = ["system", "light", "dark"];
const night = matchMedia("(prefers-color-scheme: dark)");
let theme = memory.get("localStorage", "theme");

function showTheme() {
  if (!THEMES.includes(theme)) theme = "system";
  document.documentElement.dataset.theme = theme === "system" ? (night.matches ? "dark" : "light") : theme;
  const next = THEMES[(THEMES.indexOf(theme) + 1) % 3];
  const label = `Theme: ${theme}. Switch to ${next}`;
  $("theme").setAttribute("aria-label", label);
  $("theme").title = label;
  $("theme").querySelector("use").setAttribute("href", `#i-${theme}`);
}

function nextTheme() {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % 3];
  memory.set("localStorage", "theme", theme === "system" ? "" : theme);
  showTheme();
}

// ---- Tabs, on narrow screens only ----

const scrolled = { article: 0, chat: 0 };
const scrollerOf = { article: $("article-scroller"), chat: $("thread-scroller") };

function layOutTabs() {
  $("tabs").toggleAttribute("role", false);
  for (const name of ["article", "chat"]) {
    const [tab, pane] = [$(`tab-${name}`), $(`pane-${name}`)];
    const on = state.tab === name;
    if (narrow.matches) {
      $("tabs").setAttribute("role", "tablist");
      $("tabs").setAttribute("aria-label", "Article or chat");
      set(tab, { role: "tab", "aria-selected": on, "aria-controls": pane.id, tabindex: on ? 0 : -1 });
      set(pane, { role: "tabpanel", "aria-labelledby": tab.id });
    } else {
      unset(tab, "role", "aria-selected", "aria-controls", "tabindex");
      unset(pane, "role", "aria-labelledby");
    }
    pane.hidden = narrow.matches && !on;
  }
}

const set = (element, values) => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
const unset = (element, ...names) => names.forEach((name) => element.removeAttribute(name));

function openTab(name) {
  if (state.tab === name) return;
  if (narrow.matches) scrolled[state.tab] = scrollerOf[state.tab].scrollTop;
  state.tab = name;
  layOutTabs();
  if (narrow.matches) scrollerOf[name].scrollTop = scrolled[name];
  hideQuote();
}

function tabKeys(event) {
  const at = { ArrowLeft: "article", ArrowRight: "chat", Home: "article", End: "chat" }[event.key];
  if (!at || !narrow.matches) return;
  event.preventDefault();
  openTab(at);
  $(`tab-${at}`).focus();
}

// ---- The article ----

/** Where each code point beyond U+FFFF stands: it takes two UTF-16 units. */
function wideOnes(text) {
  const found = [];
  for (const match of text.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) found.push(match.index - found.length);
  return found;
}

/** The UTF-16 position of a position in code points. */
function units(article, position) {
  let [low, high] = [0, article.wide.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (article.wide[middle] < position) low = middle + 1;
    else high = middle;
  }
  return position + low;
}

const TAGS = { paragraph: "p", "list item": "li", "table row": "p", quote: "blockquote", code: "pre", caption: "p" };
const CLASSES = { "table row": "row", caption: "caption" };

/** Where the words of a citation stand in the text of its article, as the server says it of kept ones (links.py). */
function nowIn(article, citation) {
  const { start, end, quote } = citation;
  if (article.hash === citation.article_hash) return { state: "same", start, end };
  const old = units(article, start);
  const places = [article.text.lastIndexOf(quote, units(article, end) - quote.length), article.text.indexOf(quote, old)].filter((at) => at >= 0);
  if (!places.length) return { state: "changed", start, end };
  const [at] = places.sort((one, other) => Math.abs(one - old) - Math.abs(other - old));
  return { state: "moved", start: points(article.text.slice(0, at)), end: points(article.text.slice(0, at + quote.length)) };
}

const points = (text) => [...text].length;

/** The article's blocks as elements whose text is exactly the text of the article between start and end. */
function layOut(article) {
  article.wide = wideOnes(article.text);
  const body = make("div", { className: "text", lang: article.language });
  let list = null;
  for (const block of article.blocks) {
    block.from = units(article, block.start);
    block.to = units(article, block.end);
    const tag = block.kind === "heading" ? `h${Math.min(6, block.level + 1)}` : TAGS[block.kind] || "p";
    block.element = make(tag, { dir: "auto", className: [CLASSES[block.kind], block.aside ? "aside" : ""].filter(Boolean).join(" ") });
    block.element.textContent = article.text.slice(block.from, block.to);
    if (tag !== "li") list = null;
    else if (!list) body.append((list = make("ul")));
    (list || body).append(block.element);
  }
  levelHeadings(body);
  return body;
}

/** No heading more than one level below the one before, so that nobody misses a level. */
function levelHeadings(body) {
  let last = 1;
  for (const heading of body.querySelectorAll("h2, h3, h4, h5, h6")) {
    const level = Number(heading.tagName[1]);
    if (level > last + 1) set(heading, { role: "heading", "aria-level": (last += 1) });
    else last = level;
  }
}

function bones() {
  const lines = make("div", { className: "bones", attributes: { "aria-hidden": "true" } });
  for (let n = 0; n < 12; n += 1) lines.append(make("i"));
  return [make("p", { className: "unseen" }, "Loading the article…"), lines];
}

/** Show an article; the newest wish wins. `fits` says whether the text that is shown already will do, `again` is to be
 * done where it could not be loaded. Returns "shown", "gone" (not in the library), "failed" or "left" (for a newer wish). */
async function showArticle(id, { fits = () => true, again = () => start(id) } = {}) {
  if (state.shown?.id === id && state.wanted?.id === id && fits(state.shown)) return "shown";
  const wish = (state.wanted = { id });
  const place = $("article");
  unmark();
  state.shown = null;
  place.setAttribute("aria-busy", "true");
  place.replaceChildren(...bones());
  try {
    const article = await get(`/v1/articles/${encodeURIComponent(id)}`);
    if (state.wanted !== wish) return "left";
    const body = layOut(article);
    place.replaceChildren(...headOf(article, body), body);
    state.shown = article;
    lookUpAgain(article);
    document.title = `${article.title} · Article Assistant`;
    $("about").textContent = article.title;
    $("article-scroller").scrollTop = 0;
    showSwitch();
    return "shown";
  } catch (error) {
    if (state.wanted !== wish) return "left";
    articleFailed(error, again);
    return error.status === 404 ? "gone" : "failed";
  } finally {
    if (state.wanted === wish) place.setAttribute("aria-busy", "false");
  }
}

const withHash = (hash) => ({ fits: (shown) => shown.hash === hash });

/** Say of the answers' citations of an article where they stand in its text now. */
function lookUpAgain(article) {
  for (const turn of state.turns) {
    for (const one of [...turn.citations, ...(turn.answer?.nearest ?? [])]) if (one.article === article.id) one.now = nowIn(article, one);
    settle(turn);
  }
}

function headOf(article, body) {
  const first = article.blocks[0];
  const titled = first?.kind === "heading" && flat(first.element.textContent) === flat(article.title);
  const words = article.text.split(/\s+/u).length;
  const line = make("p", { className: "byline", dir: "ltr" }, `${plural(article.sentences.length, "sentence")} · ${plural(Math.max(1, Math.round(words / 230)), "minute")} to read`);
  if (/^https?:\/\//i.test(article.url || "")) {
    const host = URL.canParse(article.url) ? new URL(article.url).host : article.url;
    line.append(" · ", make("a", { href: article.url, target: "_blank", rel: "noopener noreferrer" }, host));
  }
  if (titled) {
    first.element.after(line);
    return [];
  }
  body.prepend(line);
  return [make("h2", { className: "title", dir: "auto" }, article.title)];
}

function articleFailed(error, again) {
  const gone = error.status === 404;
  const note = make("div", { className: "note failed", attributes: { role: "alert" } });
  note.append(gone ? "This article is not in the library any more." : `The article could not be loaded. ${error.message}`);
  note.append(gone ? button("Open the library", () => openSheet("library")) : button("Try again", again));
  $("article").replaceChildren(note);
}

function showSwitch() {
  const select = $("shown-article");
  $("switch").hidden = state.articles.length < 2;
  select.replaceChildren(...state.articles.map((one) => make("option", { value: one.id }, one.title)));
  select.value = state.shown?.id ?? "";
}

// ---- Marks ----

let marked = []; // the elements that stand in the text for the mark

function unmark() {
  for (const element of marked) {
    const parent = element.parentNode;
    if (!parent) continue;
    element.replaceWith(...element.childNodes);
    parent.normalize();
  }
  marked = [];
  $("place").hidden = true;
  state.origin?.classList.remove("on");
}

/** Wrap characters `from` to `to` (UTF-16) of the shown article in marks, one in each block they touch. */
function wrap(from, to) {
  const blocks = state.shown.blocks;
  const made = [];
  for (let at = firstBlock(blocks, from); at < blocks.length && blocks[at].from < to; at += 1) {
    const block = blocks[at];
    const piece = pieceOf(block.element, Math.max(from, block.from) - block.from, Math.min(to, block.to) - block.from);
    if (!piece) continue;
    const element = make("mark");
    piece.replaceWith(element);
    element.append(piece);
    made.push(element);
  }
  return made;
}

function firstBlock(blocks, from) {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (blocks[middle].to <= from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Characters `from` to `to` of an element that holds one text node, as a node of their own. */
function pieceOf(element, from, to) {
  const node = element.firstChild;
  if (from >= to) return null;
  const piece = from ? node.splitText(from) : node;
  if (to - from < piece.length) piece.splitText(to - from);
  return piece;
}

/** Mark characters `start` to `end` (code points) of the shown article, bring them to the middle, focus them. */
function mark(start, end) {
  unmark();
  const article = state.shown;
  const length = article.text.length - article.wide.length;
  if (!(start >= 0 && start < end && end <= length)) return false;
  marked = wrap(units(article, start), units(article, end));
  if (!marked.length) return false;
  set(marked[0], { tabindex: -1 });
  const scroller = $("article-scroller");
  const [box, first, last] = [scroller, marked[0], marked.at(-1)].map((element) => element.getBoundingClientRect());
  const height = Math.min(last.bottom - first.top, box.height * 0.8);
  const top = scroller.scrollTop + first.top - box.top - (box.height - height) / 2;
  const near = Math.abs(top - scroller.scrollTop) < box.height * 1.5;
  scroller.scrollTo({ top, behavior: near && !calm.matches ? "smooth" : "instant" });
  marked[0].focus({ preventScroll: true });
  return true;
}

/** What a link to a passage points at: {article, start, end}, or null. */
function placeOf(hash) {
  const values = new URLSearchParams(hash.replace(/^#/, ""));
  const range = /^(\d{1,9})-(\d{1,9})$/.exec(values.get("c") || "");
  return values.get("a") ? { article: values.get("a"), start: Number(range?.[1] ?? 0), end: Number(range?.[2] ?? 0) } : null;
}

/** Follow a link to a passage: from a citation (`origin`, with what is known of it), or from the address, which keeps
 * what was known for a reload. */
async function jump(hash, origin = null, citation = null) {
  const place = placeOf(hash);
  if (!place) return;
  hideQuote();
  unmark();
  openTab("article");
  state.origin = origin;
  origin?.classList.add("on");
  history.replaceState(citation, "", hash);
  const wish = { fits: (shown) => !citation || newEnough(shown, citation), again: () => jump(hash, origin, citation) };
  const came = citation?.now?.state === "gone" && state.wanted ? "gone" : await showArticle(place.article, wish);
  if (state.origin !== origin || came === "left") return;
  const at = came === "shown" ? placeNow(place, citation) : null;
  const stands = at && at.state !== "changed" && (!at.end || mark(at.start, at.end));
  showPlace(stands ? movedNote(at) : lostNote(citation, came), origin);
  if (!stands) (origin ? $("back") : $("article-scroller")).focus();
  if (origin) origin.classList.add("on");
}

/** Whether the text that is shown is as new as the one that the citation was last looked up in. */
function newEnough(shown, citation) {
  const same = shown.hash === citation.article_hash;
  return ["moved", "changed"].includes(citation.now?.state) ? !same : same;
}

/** What is to be marked in the text that is shown; the address says it too. */
function placeNow(place, citation) {
  if (!citation) return place;
  citation.now = nowIn(state.shown, citation);
  history.replaceState(citation, "", hashOf(citation));
  return citation.now;
}

const movedNote = (now) => (now.state === "moved" ? "The article has changed since; this is where the sentence stands now." : "");

const LOST = {
  gone: "This article is not in the library any more.",
  failed: "The article could not be loaded. Try again.",
  shown: "The article has changed since; this passage is no longer in it.",
};

function lostNote(citation, came) {
  return citation ? `${LOST[came]} It read: “${flat(citation.quote)}”` : LOST[came];
}

function showPlace(note, origin) {
  $("place-note").textContent = note;
  $("back").hidden = !origin || !(narrow.matches || note);
  $("place").hidden = $("back").hidden && !note;
}

/** Back to the citation that was followed. */
function goBack() {
  const origin = state.origin;
  unmark();
  state.origin = null;
  history.replaceState(null, "", location.pathname);
  openTab("chat");
  if (origin?.isConnected) origin.focus({ preventScroll: narrow.matches });
  else $("question").focus();
}

// ---- The quote that a citation shows on hover and on focus ----

let quoteTimer = 0;

function showQuote(link) {
  clearTimeout(quoteTimer);
  const citation = citationOf(link);
  if (!citation) return;
  const box = $("quote");
  box.replaceChildren(`“${shorter(flat(citation.quote), 320)}”`, make("small", {}, whereOf(citation)));
  box.hidden = false;
  const [left, top] = freePlace(box.getBoundingClientRect(), link);
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

function hideQuote() {
  clearTimeout(quoteTimer);
  $("quote").hidden = true;
}

const hideQuoteSoon = () => { clearTimeout(quoteTimer); quoteTimer = setTimeout(hideQuote, 150); };
const shorter = (text, most) => (text.length <= most ? text : `${text.slice(0, most).replace(/\s+\S*$/u, "")}…`);
const placeIn = (citation) => [citation.title, citation.section].filter(Boolean).join(" › ");
const whereOf = (citation) => (state.articles.length === 1 && citation.section) || placeIn(citation);

/** Where a box of this size covers no citation: below the link, above it, beside the chat, or wherever covers fewest. */
function freePlace({ width, height }, link) {
  const at = link.getBoundingClientRect();
  const chat = $("pane-chat").getBoundingClientRect();
  const others = [...$("turns").querySelectorAll(".cite")].map((one) => one.getBoundingClientRect());
  const inside = (value, low, high) => Math.max(low, Math.min(value, high));
  const x = inside(at.left + at.width / 2 - width / 2, narrow.matches ? 8 : chat.left + 8, innerWidth - width - 8);
  const y = inside(at.top - 12, 8, innerHeight - height - 8);
  const places = [[x, at.bottom + 8], [x, at.top - height - 8], [chat.left - width - 12, y]]
    .filter(([left, top]) => left >= 4 && top >= 4 && top + height <= innerHeight - 4);
  const covered = ([left, top]) => others.filter((one) => one.left < left + width && one.right > left && one.top < top + height && one.bottom > top).length;
  return places.sort((one, other) => covered(one) - covered(other))[0] ?? [x, y];
}

/** The citation that a link in an answer stands for. */
function citationOf(link) {
  const turn = state.turns.find((one) => one.element.contains(link));
  if (!turn) return null;
  const given = link.dataset.near ? turn.answer?.nearest : turn.citations;
  return given?.find((one) => String(one.n) === (link.dataset.near || link.dataset.n)) ?? null;
}

// ---- Turns ----

function newTurn(question) {
  const turn = { question, number: null, citations: [], answer: null, blocks: [], claims: [], rating: 0 };
  const id = `turn-${state.turns.length}-${Date.now()}`;
  turn.searched = make("p", { className: "searched", hidden: true });
  turn.body = make("div", { className: "answer" });
  turn.notes = make("div");
  turn.after = make("div");
  const title = make("h3", { className: "question", dir: "auto", id }, question);
  turn.element = make("article", { className: "turn", attributes: { "aria-labelledby": id } }, title, turn.searched, turn.body, turn.notes, turn.after);
  state.turns.push(turn);
  $("turns").append(turn.element);
  $("welcome").hidden = true;
  return turn;
}

function emptied(turn) {
  Object.assign(turn, { citations: [], answer: null, blocks: [], claims: [] });
  for (const part of [turn.body, turn.notes, turn.after]) part.replaceChildren();
  turn.searched.hidden = true;
}

/** Replace the top-level blocks of an answer from `from` on. The server made and cleaned their HTML. */
function putBlocks(turn, from, blocks) {
  turn.blocks.splice(from, Infinity, ...blocks);
  while (turn.body.children.length > from) turn.body.lastElementChild.remove();
  for (const block of blocks) {
    const holder = make("div", { dir: "auto" });
    holder.innerHTML = block;
    turn.body.append(holder);
  }
}

function wait(turn, words) {
  let line = turn.notes.querySelector(".waiting");
  if (!line) turn.notes.append((line = make("p", { className: "waiting" })));
  line.textContent = words;
}

function searchedFor(turn, searched) {
  turn.searched.hidden = !searched || flat(searched) === flat(turn.question);
  turn.searched.textContent = `Searched for: ${searched}`;
}

function note(turn, words, retry = null, failed = true) {
  const line = make("div", { className: failed ? "note failed" : "note" }, words);
  if (retry) line.append(button(retry, () => ask(turn.question, turn)));
  turn.notes.append(line);
}

/** The finished answer, as it came or as it was kept. */
function finish(turn, answer, html) {
  turn.answer = answer;
  turn.citations = answer.citations;
  if (html && html.join("") !== turn.blocks.join("")) putBlocks(turn, 0, html);
  turn.notes.replaceChildren();
  searchedFor(turn, answer.searched_for);
  settle(turn);
  if (!answer.found) turn.notes.append(nowhere(answer));
  else showStates(turn);
  if (answer.model_failure) note(turn, modelFailed(answer), null, false);
  turn.after.replaceChildren(...(answer.found ? [sourcesOf(turn)] : []), toolsOf(turn));
}

function modelFailed(answer) {
  const rest = answer.found ? " What you see are the article’s own sentences instead." : "";
  return `The chat model could not be used: ${answer.model_failure.replace(/\.$/, "")}.${rest}`;
}

/** Point citations at where their words stand now, and say where they no longer do. */
function settle(turn) {
  for (const link of turn.element.querySelectorAll(".cite, .passage")) {
    const citation = citationOf(link);
    if (!citation?.now) continue;
    link.href = hashOf(citation);
    link.classList.toggle("stale", isLost(citation));
  }
}

const isLost = (citation) => ["changed", "gone"].includes(citation.now?.state);

/** The link to a passage; to its article alone where the passage is no longer in it. */
function hashOf(citation) {
  const at = citation.now?.state === "moved" ? citation.now : citation;
  return `#a=${encodeURIComponent(citation.article)}${isLost(citation) ? "" : `&c=${at.start}-${at.end}`}`;
}

const STATES = {
  quoted: ["“1", "word for word"],
  supported: ["≈1", "in other words, checked against the source"],
};

/** What the looks of the claims mean, where there is more than one kind. */
function showStates(turn) {
  const states = Object.keys(STATES).filter((name) => turn.answer.claims.some((claim) => claim.state === name && claim.text.trim()));
  if (!states.length || (states.length === 1 && states[0] === "quoted")) return;
  const line = make("p", { className: "legend" });
  for (const name of states) line.append(make("span", {}, make("b", { attributes: { "aria-hidden": "true" } }, STATES[name][0]), STATES[name][1]));
  turn.notes.append(line);
}

function nowhere(answer) {
  const [first, ...rest] = answer.not_found.split(/(?<=\.)\s+/u);
  const box = make("div", { className: "nowhere" }, make("p", {}, make("strong", {}, first), rest.join(" ")));
  if (answer.nearest.length) box.append(make("ul", { className: "near" }, ...answer.nearest.map((one) => make("li", {}, passage(one, true)))));
  return box;
}

/** A citation as a card that opens its passage. */
function passage(citation, near) {
  const why = { moved: " · moved since", changed: " · no longer in the article", gone: " · article removed" }[citation.now?.state] ?? "";
  const link = make("a", { className: "passage", href: hashOf(citation) });
  if (!near) link.append(make("b", {}, String(citation.n)));
  link.append(make("span", { dir: "auto" }, `“${flat(citation.quote)}”`), make("small", {}, make("bdi", {}, whereOf(citation)), why));
  link.dataset[near ? "near" : "n"] = citation.n;
  return link;
}

function sourcesOf(turn) {
  const list = make("ol", {}, ...turn.citations.map((one) => make("li", {}, passage(one, false))));
  const lost = turn.citations.filter((one) => one.now && one.now.state !== "same").length;
  const title = plural(turn.citations.length, "source") + (lost ? " · the article has changed since" : "");
  return make("details", { className: "sources", open: touch.matches || lost > 0 }, make("summary", {}, title), list);
}

function toolsOf(turn) {
  const row = make("div", { className: "after" });
  const copy = tool("copy", "Copy with footnotes", () => copyAnswer(turn, copy));
  row.append(copy);
  if (turn.number) row.append(...thumbs(turn));
  row.append(make("span", { className: "how" }, howOf(turn.answer)));
  return row;
}

function howOf(answer) {
  if (!answer.found) return "";
  return answer.answered_by.startsWith("model:") ? `Written by ${answer.answered_by.slice(6).trim()}` : "In the article’s own words";
}

function thumbs(turn) {
  const made = [[1, "up", "A good answer"], [-1, "down", "Not a good answer"]].map(([value, name, label]) => {
    const one = tool(name, label, () => rate(turn, turn.rating === value ? 0 : value));
    one.dataset.value = value;
    return one;
  });
  turn.thumbs = made;
  showRating(turn);
  return made;
}

function showRating(turn) {
  for (const one of turn.thumbs) one.setAttribute("aria-pressed", String(Number(one.dataset.value) === turn.rating));
}

async function rate(turn, rating) {
  const before = turn.rating;
  turn.rating = rating;
  showRating(turn);
  try {
    await send("POST", "/v1/feedback", { conversation_id: state.talk, turn: turn.number, rating });
    say(rating ? "Kept. Thank you." : "Taken back.");
  } catch (error) {
    turn.rating = before;
    showRating(turn);
    say(error.message);
  }
}

/** The answer as Markdown, a footnote for each citation with its title, quote, characters and address. */
function footnoted(answer) {
  const cited = answer.found ? answer.citations : answer.nearest;
  const text = answer.found ? answer.claims.map((claim) => numbered(claim, answer)).join("").trim() : answer.not_found + cited.map((one) => `\n- [^${one.n}]`).join("");
  const notes = cited.map((one) => `[^${one.n}]: ${flat(placeIn(one))}, characters ${one.start}–${one.end}: “${flat(one.quote)}”${one.url ? ` ${one.url}` : ""}`);
  return `${[text, "", ...notes].join("\n").trim()}\n`;
}

function numbered(claim, answer) {
  const words = claim.text.trimEnd();
  if (!words) return claim.text;
  const quoted = claim.state === "quoted" && answer.citations.some((one) => claim.citations.includes(one.n) && one.quote === claim.text);
  const marks = claim.citations.map((n) => `[^${n}]`).join("") || "(not found in the article)";
  return `${quoted ? `“${flat(words)}”` : words} ${marks}${claim.text.slice(words.length) || "\n\n"}`;
}

async function copyAnswer(turn, from) {
  const done = await copied(footnoted(turn.answer));
  say(done ? "Copied." : "The browser did not let it be copied.");
  from.replaceChildren(icon("copy"), done ? "Copied" : "Not copied");
  setTimeout(() => from.replaceChildren(icon("copy")), 1800);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // no clipboard outside https and localhost
    const area = make("textarea", { value: text, className: "unseen" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** Tell those who listen to the page instead of looking at it. */
function say(words) {
  $("live").textContent = "";
  requestAnimationFrame(() => { $("live").textContent = words; });
}

// ---- Asking ----

const BUSY_TRIES = 8; // the server may still be closing the turn that was stopped

async function ask(question, again = null) {
  if (state.asking || !question.trim()) return;
  const turn = again ?? newTurn(question.trim());
  if (again) emptied(again);
  const control = new AbortController();
  state.asking = { turn, control };
  showAsking();
  wait(turn, asked().length === 1 ? "Reading the article" : "Reading the articles");
  $("suggestions").hidden = true;
  following = true;
  follow();
  say("Answering…");
  try {
    await answer(turn, control.signal);
  } catch (error) {
    cutShort(turn, error);
  } finally {
    state.asking = null;
    showAsking();
    showSuggestions();
    follow();
  }
}

const asked = () => state.articles.filter((one) => !state.chosen.size || state.chosen.has(one.id));

async function answer(turn, signal) {
  const reply = await posted(turn, signal);
  let done = false;
  for await (const { name, data } of events(reply)) {
    if (name === "searched") {
      turn.number = data.turn;
      searchedFor(turn, data.searched_for);
    } else if (name === "claim") {
      turn.claims.push(data);
      for (const citation of data.citations) if (!turn.citations.some((one) => one.n === citation.n)) turn.citations.push(citation);
    } else if (name === "html") {
      putBlocks(turn, data.from, data.blocks);
      wait(turn, "Checking the next sentence");
    } else if (name === "done") {
      turn.number = data.turn;
      finish(turn, data, data.html);
      say(spoken(data));
      done = true;
    } else if (name === "error") {
      throw new Problem(data.status || 500, wordsOf(data, data.status || 500));
    }
    follow();
  }
  if (!done) throw new Problem(0, CUT);
}

/** Send the question, in a conversation that begins with it. */
async function posted(turn, signal) {
  const began = !state.talk;
  if (began) {
    const reply = await send("POST", "/v1/conversations", { articles: [...state.chosen] }, { signal });
    const { id } = await reply.json();
    signal.throwIfAborted(); // the thread may be another one by now
    remember(id);
  }
  for (let tried = 1; ; tried += 1) {
    try {
      const body = { question: turn.question, conversation_id: state.talk, stream: true };
      return await send("POST", "/v1/answers", body, { signal, headers: { Accept: "text/event-stream" } });
    } catch (error) {
      if (error.status !== 409 || tried === BUSY_TRIES) throw error;
      await new Promise((resume) => setTimeout(resume, 300));
      signal.throwIfAborted();
    }
  }
}

function remember(id) {
  state.talk = id;
  memory.set("sessionStorage", "conversation", id || "");
}

function spoken(given) {
  if (!given.found) return `${given.not_found} ${given.nearest.map((one) => flat(one.quote)).join(" ")}`;
  return `${given.claims.map((claim) => claim.text).join(" ")} ${plural(given.citations.length, "source")}.`;
}

/** An answer that did not come to its end: say why, keep what had come. */
function cutShort(turn, error) {
  turn.notes.replaceChildren();
  if (error.name === "AbortError") note(turn, "You stopped this answer.", "Ask it again", false);
  else if (!(error instanceof Problem)) { note(turn, "Something went wrong on this page.", "Try again"); console.error(error); }
  else if (error.status === 0) note(turn, turn.blocks.length ? `${error.message} This is what had come.` : error.message, "Try again");
  else if (error.status === 429) note(turn, `Too many questions at once. ${error.wait ? `Try again in ${plural(error.wait, "second")}.` : "Try again in a moment."}`, "Try again");
  else if (error.status === 401) note(turn, "You are signed out. Sign in, then ask again.", "Try again");
  else if (error.status === 404) note(turn, `${error.message}`, "Try again");
  else note(turn, error.message, error.status === 422 || error.status === 400 ? null : "Try again");
  say(turn.notes.textContent);
}

function showAsking() {
  const busy = Boolean(state.asking);
  const held = document.activeElement === $(busy ? "send" : "stop");
  $("send").hidden = busy;
  $("stop").hidden = !busy;
  if (held) (busy ? $("stop") : $("question")).focus();
}

function stopAsking() {
  state.asking?.control.abort();
}

// The thread follows the end of the last turn until the reader scrolls up.
let following = true;

/** How far the thread is scrolled when the last answer ends just above the question; an open list of its sources, and
 * what is suggested, lie below. */
function endOf(scroller) {
  const turn = state.turns.at(-1);
  const last = turn?.after.querySelector("details[open]") ? turn.notes : turn?.element ?? $("turns");
  const below = last.getBoundingClientRect().bottom - scroller.getBoundingClientRect().bottom;
  return Math.min(scroller.scrollTop + below + 16, scroller.scrollHeight - scroller.clientHeight);
}

const atEnd = (scroller) => scroller.scrollTop > endOf(scroller) - 24;

function follow() {
  const scroller = $("thread-scroller");
  if (following && state.turns.length) scroller.scrollTop = Math.max(0, endOf(scroller));
  $("newest").hidden = !state.turns.length || atEnd(scroller);
}

function threadScrolled() {
  const scroller = $("thread-scroller");
  if (atEnd(scroller)) following = true;
  $("newest").hidden = !state.turns.length || atEnd(scroller);
  hideQuote();
}

function toNewest() {
  following = true;
  follow();
  $("question").focus({ preventScroll: true });
}

// ---- The question ----

function fit() {
  const area = $("question");
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
  const left = 2000 - area.value.length;
  $("count").hidden = left > 200;
  $("count").textContent = `${plural(left, "character")} left`;
}

/** Wait for the conversation that is being opened; whether a question can be put to it. */
async function opened() {
  const thread = state.thread;
  return (await state.opening) !== false && state.thread === thread;
}

async function submitQuestion() {
  if (!(await opened())) return;
  const question = $("question").value;
  if (state.asking || !question.trim()) return;
  $("question").value = "";
  fit();
  if (touch.matches) $("question").blur(); // so that the keyboard makes room for the answer
  ask(question);
}

function questionKeys(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submitQuestion();
}

// ---- Suggested questions ----

async function loadSuggestions() {
  const wanted = [...state.chosen].map((id) => `article=${encodeURIComponent(id)}`).join("&");
  state.suggested = [];
  showSuggestions();
  try {
    state.suggested = (await get(`/v1/suggestions?${wanted}`)).suggestions;
  } catch { /* the page works without them */ }
  showSuggestions();
}

function showSuggestions() {
  const done = new Set(state.turns.map((turn) => flat(turn.question)));
  const open = state.suggested.filter((question) => !done.has(flat(question))).slice(0, state.turns.length ? 3 : 4);
  $("suggestions").hidden = !open.length || Boolean(state.asking);
  $("suggestions-title").textContent = state.turns.length ? "It also answers" : "Questions that the article answers";
  $("suggested").replaceChildren(...open.map((question) => make("li", {}, make("button", { type: "button", className: "suggestion", dir: "auto", onclick: () => askSuggested(question) }, question))));
  if (following) follow();
}

async function askSuggested(question) {
  if (await opened()) ask(question);
  if (!touch.matches) $("question").focus({ preventScroll: true });
}

// ---- Conversations ----

function openSheet(name) {
  hideQuote();
  if (!$(name).open) $(name).showModal();
  (name === "talks" ? listTalks() : refreshLibrary()).catch((error) => failedIn(name === "talks" ? "talk-list" : "articles", error));
}

function failedIn(list, error) {
  $(list).replaceChildren(make("li", {}, make("p", { className: "note failed" }, error.message)));
}

async function listTalks() {
  const { conversations } = await get("/v1/conversations");
  const rows = conversations.map(talkRow);
  $("talk-list").replaceChildren(...(rows.length ? rows : [make("li", {}, make("p", { className: "hint" }, "None yet. It begins with your first question."))]));
}

function talkRow(talk) {
  const title = talk.title || "Without a title";
  const row = make("li");
  const open = make("button", { type: "button", className: "grow", onclick: () => { $("talks").close(); openTalk(talk.id); } }, make("bdi", {}, title), make("small", {}, `${dayOf(talk.changed)} · ${plural(talk.turn_count, "question")}`));
  if (talk.id === state.talk) open.setAttribute("aria-current", "true");
  row.append(open, tool("pen", `Rename ${title}`, () => renameTalk(row, talk)), tool("bin", `Delete ${title}`, () => confirmIn(row, "Delete this conversation?", () => deleteTalk(talk.id), () => row.replaceWith(talkRow(talk)))));
  return row;
}

const dayOf = (time) => new Date(time).toLocaleDateString("en", { day: "numeric", month: "long", year: "numeric" });

function renameTalk(row, talk) {
  const field = make("input", { value: talk.title, dir: "auto", maxLength: 80, required: true, attributes: { "aria-label": "Title" } });
  const form = make("form", {}, field, make("button", { className: "button" }, "Keep"));
  form.onsubmit = async (event) => {
    event.preventDefault();
    await inRow(row, async () => row.replaceWith(talkRow(await (await send("PATCH", `/v1/conversations/${talk.id}`, { title: field.value })).json())));
  };
  form.onkeydown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    row.replaceWith(talkRow(talk));
  };
  row.replaceChildren(form);
  field.select();
}

/** Ask once more before something is gone. */
function confirmIn(row, words, yes, no) {
  const sure = button("Yes", () => inRow(row, yes));
  row.replaceChildren(make("span", { className: "grow" }, words), sure, button("No", no));
  sure.focus();
}

async function inRow(row, work) {
  try {
    await work();
  } catch (error) {
    row.append(make("p", { className: "note failed", attributes: { role: "alert" } }, error.message));
  }
}

async function deleteTalk(id) {
  await send("DELETE", `/v1/conversations/${id}`);
  if (id === state.talk) newTalk();
  await listTalks();
}

function clearTurns() {
  stopAsking();
  unmark();
  state.origin = null;
  state.thread = {};
  state.opening = null;
  state.talk = null;
  state.turns = [];
  $("turns").replaceChildren();
  $("welcome").hidden = false;
}

function newTalk() {
  clearTurns();
  remember(null);
  showSuggestions();
  openTab("chat");
  $("question").focus();
}

/** Open a conversation; the newest wish wins. Its id is kept at once, so that a reload opens it again. */
function openTalk(id) {
  clearTurns();
  memory.set("sessionStorage", "conversation", id);
  openTab("chat");
  $("welcome").hidden = true;
  state.opening = loadTalk(id, state.thread);
}

/** Whether the conversation stands there, or a new one may begin in place of one that is gone. */
async function loadTalk(id, thread) {
  let failed = null;
  try {
    const talk = await get(`/v1/conversations/${encodeURIComponent(id)}`);
    if (state.thread !== thread) return false;
    const articles = await held(talk.articles, talk.id);
    if (state.thread !== thread) return false;
    remember(talk.id);
    choose(articles);
    talk.turns.forEach(putTurn);
  } catch (error) {
    if (state.thread !== thread) return false;
    failed = error;
    talkFailed(id, error);
  }
  state.opening = null;
  $("welcome").hidden = state.turns.length > 0;
  showSuggestions();
  following = true;
  follow();
  return !failed || failed.status === 404;
}

function talkFailed(id, error) {
  if (error.status === 404) remember(null);
  else $("turns").replaceChildren(make("div", { className: "note failed", attributes: { role: "alert" } }, `The conversation could not be opened. ${error.message}`, button("Try again", () => openTalk(id))));
}

/** A turn as it was kept. */
function putTurn(kept) {
  const turn = newTurn(kept.question);
  turn.number = kept.number;
  turn.rating = kept.rating;
  if (kept.answer) {
    finish(turn, kept.answer, kept.html);
    return;
  }
  putBlocks(turn, 0, kept.html);
  note(turn, "This answer was cut off.", "Ask it again", false);
}

// ---- The library ----

function choose(ids) {
  state.chosen = new Set(ids);
  showAsked();
}

const askOnly = (talk, ids) => send("PATCH", `/v1/conversations/${encodeURIComponent(talk)}`, { articles: ids });

/** A conversation that was deleted elsewhere says so when it is asked. */
function unlessGone(error) {
  if (error.status !== 404) throw error;
}

/** Those of these articles that the library holds. A conversation forgets the others: with them it answers nothing. */
async function held(ids, talk) {
  const holds = (id) => state.articles.some((one) => one.id === id);
  if (ids.every(holds)) return ids;
  state.articles = (await get("/v1/articles")).articles; // one may have been added since
  showSwitch();
  const kept = ids.filter(holds);
  if (talk && kept.length < ids.length) await askOnly(talk, kept).catch(unlessGone);
  return kept;
}

/** Say in the field for the question which articles it is asked of. */
function showAsked() {
  const those = asked();
  const one = state.articles.length === 1 ? "the article" : `“${shorter(those[0]?.title ?? "", 40)}”`;
  $("question").placeholder = `Ask about ${those.length > 1 ? plural(those.length, "article") : one}`;
}

/** Ask no article any more that the library has lost. */
async function chooseHeld() {
  const thread = state.thread;
  const ids = await held([...state.chosen], state.talk);
  if (state.thread === thread) choose(ids);
}

async function refreshLibrary() {
  state.articles = (await get("/v1/articles")).articles;
  await chooseHeld();
  $("articles").replaceChildren(...state.articles.map(articleRow));
  $("choosing").hidden = state.articles.length === 1;
  showTicked();
  showSwitch();
}

const boxes = () => [...$("articles").querySelectorAll("input[type=checkbox]")];

/** The box above the others: whether all are ticked, or some. */
function showTicked() {
  const ticked = boxes().filter((box) => box.checked).length;
  $("all-articles").checked = ticked === boxes().length;
  $("all-articles").indeterminate = ticked < boxes().length;
}

/** Ask all articles, or only the one that is open. */
function tickAll() {
  const open = boxes().find((box) => box.value === state.shown?.id) ?? boxes()[0];
  for (const box of boxes()) box.checked = $("all-articles").checked || box === open;
  tickArticles($("choosing"));
}

function articleRow(entry) {
  const row = make("li");
  const tick = make("input", { type: "checkbox", checked: !state.chosen.size || state.chosen.has(entry.id), hidden: state.articles.length === 1, attributes: { "aria-label": `Ask ${entry.title}` } });
  tick.onchange = () => tickArticles(row, tick);
  tick.value = entry.id;
  const count = entry.sentences ? plural(entry.sentences, "sentence") : "";
  const about = [count, entry.shipped ? "comes with the program" : `added ${dayOf(entry.added)}`].filter(Boolean).join(" · ");
  const open = make("button", { type: "button", className: "grow", onclick: () => { $("library").close(); openTab("article"); showArticle(entry.id, withHash(entry.hash)); } }, make("bdi", {}, entry.title), make("small", {}, about));
  if (entry.id === state.shown?.id) open.setAttribute("aria-current", "true");
  row.append(tick, open);
  if (entry.own && !entry.shipped) row.append(tool("bin", `Remove ${entry.title}`, () => confirmIn(row, "Remove this article?", () => removeArticle(entry.id), () => row.replaceWith(articleRow(entry)))));
  return row;
}

/** Ask the articles that are ticked; one of them at least. */
async function tickArticles(row, tick) {
  const ticked = boxes().filter((box) => box.checked).map((box) => box.value);
  if (!ticked.length) {
    tick.checked = true;
    say("One article at least is asked.");
    return;
  }
  showTicked();
  choose(ticked.length === boxes().length ? [] : ticked);
  if (state.talk) await inRow(row, () => askOnly(state.talk, [...state.chosen]));
  loadSuggestions();
}

async function removeArticle(id) {
  await send("DELETE", `/v1/articles/${encodeURIComponent(id)}`);
  await refreshLibrary();
  if (state.wanted?.id === id) { state.wanted = null; await showArticle(state.articles[0].id); }
  loadSuggestions();
}

async function addFiles(files) {
  if (!$("library").open) openSheet("library");
  for (const file of files) {
    const body = new FormData();
    body.append("file", file);
    await addArticle(file.name, body);
  }
}

/** Add an article; its line shows how far it is, and what became of it. */
async function addArticle(name, body) {
  const [bar, words] = [make("progress", { attributes: { "aria-label": `Adding ${name}` } }), make("small", {}, "Reading it…")];
  const row = make("li", {}, make("div", { className: "grow" }, name, bar, words));
  $("additions").prepend(row);
  try {
    if (body instanceof FormData) await readable(body.get("file"));
    const done = await added(body, bar, words);
    bar.remove();
    words.textContent = { added: "Added.", replaced: "Its newer text took the place of the old one.", unchanged: "It was there already." }[done.change] ?? "Added.";
    await refreshLibrary();
    await showArticle(done.id, withHash(done.hash));
    refreshLibrary();
    loadSuggestions();
  } catch (error) {
    bar.remove();
    words.replaceWith(make("p", { className: "note failed", attributes: { role: "alert" } }, error.message));
  }
}

/** A folder, or a file that is not there any more, cannot be sent; the browser would blame the connection. */
async function readable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Problem(0, "This cannot be read: it is a folder, or it has changed since it was chosen. Choose the files themselves.");
  }
}

async function added(body, bar, words) {
  const reply = await send("POST", "/v1/articles", body, { headers: { Accept: "text/event-stream" } });
  if (!reply.headers.get("Content-Type")?.startsWith("text/event-stream")) return reply.json();
  for await (const { name, data } of events(reply)) {
    if (name === "done") return data;
    if (name === "error") throw new Problem(data.status || 500, wordsOf(data, data.status || 500));
    bar.max = data.of;
    bar.value = data.done;
    words.textContent = `${data.done} of ${data.of} parts`;
  }
  throw new Problem(0, CUT);
}

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function dragged(event) {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  $("drop").hidden = event.type === "dragleave" && !event.relatedTarget;
  if (event.type === "drop") {
    $("drop").hidden = true;
    addFiles([...event.dataTransfer.files]);
  }
}

// ---- Signing in ----

function signedOut() {
  hideQuote();
  for (const name of ["library", "talks"]) $(name).close();
  if (!$("sign-in").open) $("sign-in").showModal();
  $("key").focus();
}

async function signIn(event) {
  event.preventDefault();
  const key = $("key").value;
  $("key").value = "";
  $("sign-in-failed").hidden = true;
  try {
    const reply = await fetch("/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ key }) });
    if (!reply.ok) throw new Problem(reply.status, reply.status === 429 ? "Too many tries. Wait a moment." : "This key is not valid.");
    $("sign-in").close();
    await start();
  } catch (error) {
    $("sign-in-failed").textContent = error instanceof Problem ? error.message : CUT;
    $("sign-in-failed").hidden = false;
    $("key").focus();
  }
}

async function signOut() {
  await send("DELETE", "/v1/session").catch(() => {});
  remember(null);
  location.replace(location.pathname);
}

// ---- Beginning ----

/** Load what the page shows first; `id` is an article that could not be loaded before. */
async function start(id = null) {
  const place = placeOf(location.hash);
  const kept = memory.get("sessionStorage", "conversation");
  const { thread } = state;
  if (!state.shown) $("article").replaceChildren(...bones());
  try {
    state.session = await get("/v1/session");
    $("sign-out").hidden = !(state.session.keys_required && state.session.signed_in);
    if (state.session.keys_required && !state.session.signed_in) return signedOut();
    state.articles = (await get("/v1/articles")).articles;
    await chooseHeld();
  } catch (error) {
    $("article").setAttribute("aria-busy", "false");
    return articleFailed(error, () => start(id));
  }
  loadSuggestions();
  if (kept && state.thread === thread && !state.turns.length) openTalk(kept);
  const first = id ?? state.shown?.id ?? state.articles[0]?.id;
  if (place) await jump(location.hash, null, history.state);
  else if (first) await showArticle(first);
  performance.mark("usable");
}

/** A click on a citation or a passage. With a modifier the browser opens it in a tab of its own. */
function linkClicked(event) {
  const link = event.target.closest?.("a.cite, a.passage");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  jump(link.getAttribute("href"), link, citationOf(link));
}

function escape(event) {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (!$("quote").hidden) hideQuote();
  else if (state.origin) goBack();
}

const citeIn = (event) => event.target.closest?.(".cite");

function wire() {
  const on = (target, name, act, options) => target.addEventListener(name, act, options);
  on($("theme"), "click", nextTheme);
  on(night, "change", showTheme);
  on(narrow, "change", layOutTabs);
  for (const name of ["article", "chat"]) on($(`tab-${name}`), "click", () => openTab(name));
  on($("tabs"), "keydown", tabKeys);
  on($("open-library"), "click", () => openSheet("library"));
  on($("open-talks"), "click", () => openSheet("talks"));
  on($("new-talk"), "click", newTalk);
  on($("new-here"), "click", () => { $("talks").close(); newTalk(); });
  for (const one of document.querySelectorAll("[data-close]")) on(one, "click", () => one.closest("dialog").close());
  on($("sign-in"), "cancel", (event) => event.preventDefault());
  on($("sign-in-form"), "submit", signIn);
  on($("sign-out"), "click", signOut);
  on($("composer"), "submit", (event) => { event.preventDefault(); submitQuestion(); });
  on($("question"), "keydown", questionKeys);
  on($("question"), "input", fit);
  on($("stop"), "click", stopAsking);
  on($("newest"), "click", toNewest);
  on($("thread-scroller"), "scroll", threadScrolled);
  for (const name of ["wheel", "touchmove", "keydown"]) on($("thread-scroller"), name, () => { following = false; }, { passive: true });
  on($("back"), "click", goBack);
  on($("shown-article"), "change", (event) => showArticle(event.target.value));
  on($("turns"), "click", linkClicked);
  on($("turns"), "mouseover", (event) => { if (citeIn(event) && !touch.matches) showQuote(citeIn(event)); });
  on($("turns"), "mouseout", (event) => { if (citeIn(event)) hideQuoteSoon(); });
  on($("turns"), "focusin", (event) => { if (citeIn(event)?.matches(":focus-visible")) showQuote(citeIn(event)); });
  on($("turns"), "focusout", (event) => { if (citeIn(event)) hideQuote(); });
  on($("quote"), "mouseenter", () => clearTimeout(quoteTimer));
  on($("quote"), "mouseleave", hideQuote);
  on($("all-articles"), "change", tickAll);
  on($("file"), "change", (event) => { const files = [...event.target.files]; event.target.value = ""; addFiles(files); });
  on($("address-form"), "submit", (event) => { event.preventDefault(); const url = $("address").value; $("address").value = ""; addArticle(url, { url }); });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) on(window, name, dragged);
  on(document, "keydown", escape);
  on(window, "hashchange", () => jump(location.hash, null, history.state));
  on(document.querySelector(".skip"), "click", (event) => { event.preventDefault(); openTab("chat"); $("question").focus(); });
}

showTheme();
wire();
if (placeOf(location.hash)) state.tab = "article";
layOutTabs();
start();
