/* Community Assistant: the members' widget, for any page.
 *
 *   <script src="https://assistant.example/widget.js" data-community="shop" data-key="cak_..." data-language="zh-Hant" defer></script>
 *
 * Attributes, custom properties, content-security policies: docs/widget.md. It stays at ES2018 without modules: browsers inside chat
 * apps are old. Nothing is ever inserted as markup.
 */
(function () {
"use strict";
const NAME = "community-assistant";
if (!window.customElements || customElements.get(NAME)) return;
const SCRIPT = document.currentScript || document.querySelector('script[data-key][src*="widget.js"]');
const HOME = SCRIPT ? new URL(".", SCRIPT.src).href.replace(/\/(static\/)?$/, "") : "";

const ANSWER_MS = 60000;  // without a sign of life
const POLL_MS = 4000;  // while a person is waited for and the panel is open
const POLL_CLOSED_MS = 20000;
const POLL_MOST_MS = 120000;
const IME_MS = 100;  // Safari ends a composition before it tells of the Enter that ended it
const SMALL = "(max-width: 520px), (max-height: 460px)";
const URLS = /(https?:\/\/[^\s<>"'，。；、！？：）】」』》]+)/;
// Characters of one script alone: who writes in the other one is answered in it, not in the page's.
const HANS = /[这们么为说对时个来国过还没经发货单价给钱让问订运费换积员买卖请谢见东车门]/;
const HANT = /[這們麼為說對時個來國過還沒經發貨單價給錢讓問訂運費換積員買賣請謝見東車門]/;

const CSS = `
:host { --bg: var(--assistant-background, #fff); --text: var(--assistant-text, #1b2321); --soft: var(--assistant-soft, #586461);
  --line: var(--assistant-line, #dbe0dd); --bubble: var(--assistant-bubble, #f0f3f1); --accent: var(--assistant-accent, #0f766e);
  --on: var(--assistant-on-accent, #fff); --bad: #b3261e; }
.dark { --bg: var(--assistant-background, #171d1c); --text: var(--assistant-text, #e8eeec); --soft: var(--assistant-soft, #a3b1ae);
  --line: var(--assistant-line, #38423f); --bubble: var(--assistant-bubble, #242c2a); --accent: var(--assistant-accent, #5ad1c3);
  --on: var(--assistant-on-accent, #07211e); --bad: #ff9d93; }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.root { all: initial; z-index: var(--assistant-z-index, 2147483000); color: var(--text); word-break: break-word;
  font: 15px/1.55 var(--assistant-font, system-ui, -apple-system, "Segoe UI", "PingFang TC", "PingFang SC", "Microsoft JhengHei", "Microsoft YaHei", sans-serif); }
.root, .panel { position: fixed; right: calc(16px + env(safe-area-inset-right, 0px)); bottom: calc(16px + env(safe-area-inset-bottom, 0px)); }
.left, .left .panel { right: auto; left: calc(16px + env(safe-area-inset-left, 0px)); }
button, input, select, textarea { font: inherit; color: inherit; margin: 0; }
button { cursor: pointer; border: 1px solid var(--line); border-radius: 18px; background: var(--bg); padding: 6px 12px; min-height: 36px; }
button:disabled { opacity: .55; cursor: default; }
:focus { outline: 3px solid var(--accent); outline-offset: 1px; }
:focus:not(:focus-visible), .panel:focus { outline: none; }
.launch, .send { background: var(--accent); color: var(--on); border-color: transparent; font-weight: 600; }
.launch { min-height: 48px; padding: 8px 18px; border-radius: 24px; box-shadow: 0 4px 16px #0004; }
.unread::before { content: "● "; color: #ff8a80; }
.panel { display: flex; flex-direction: column; width: 380px; max-width: calc(100vw - 32px); height: 600px; max-height: calc(100vh - 32px); overflow: hidden;
  background: var(--bg); border: 1px solid var(--line); border-radius: var(--assistant-radius, 14px); box-shadow: 0 12px 40px #0005; }
header { display: flex; flex-wrap: wrap; align-items: center; padding: 10px 12px; border-bottom: 1px solid var(--line); }
h2 { flex: 1; margin: 0; font-size: 16px; line-height: 1.3; }
header button { margin-left: 6px; font-size: 14px; }
.machine { flex-basis: 100%; margin: 4px 0 0; }
.machine, .foot, .label, .status, .cites, .quiet { color: var(--soft); font-size: 13px; }
.log { flex: 1; min-height: 0; overflow-y: auto; padding: 12px; overscroll-behavior: contain; }
.turn { margin: 0 0 14px; max-width: 92%; }
.turn.member { margin-left: auto; width: fit-content; }
.label { margin: 0 0 2px; }
.member .label { text-align: right; }
.said { padding: 8px 12px; border-radius: 12px; background: var(--bubble); white-space: pre-wrap; unicode-bidi: plaintext; width: fit-content; max-width: 100%; }
.member .said { background: var(--accent); color: var(--on); }
.staff .said { border: 2px solid var(--accent); }
.badge { margin-left: 6px; padding: 0 6px; border: 1px solid; border-radius: 6px; }
.cites { margin: 6px 0 0; padding: 0; list-style: none; }
.cites p { margin: 4px 0; padding-left: 8px; border-left: 3px solid var(--line); white-space: pre-wrap; }
a { color: var(--accent); }
.row { display: flex; flex-wrap: wrap; align-items: center; margin: 4px 0 0 -6px; }
.row > * { margin: 6px 0 0 6px; text-align: start; }
[aria-pressed="true"] { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.card { margin-top: 8px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 12px; font-size: 14px; }
label { display: block; margin: 8px 0; }
label .field { margin-top: 4px; }
[type="checkbox"] { width: 20px; height: 20px; margin-right: 8px; vertical-align: -4px; }
.field { display: block; width: 100%; font-size: 16px; line-height: 1.4; padding: 8px 10px; border: 1px solid var(--soft); border-radius: 10px; background: var(--bg); }
.bad { color: var(--bad); }
.status { margin: 0; padding: 6px 12px; border-top: 1px solid var(--line); }
.status:empty { display: none; }
.ask { display: flex; align-items: flex-end; padding: 10px 12px 6px; border-top: 1px solid var(--line); }
.ask .field { flex: 1; resize: none; max-height: 120px; }
.send { margin-left: 8px; min-height: 42px; flex: none; }
.foot { display: flex; align-items: center; padding: 0 12px calc(8px + env(safe-area-inset-bottom, 0px)); }
.foot p { flex: 1; margin: 0; line-height: 1.35; }
.foot button { border: 0; padding: 6px; text-decoration: underline; flex: none; }
@media ${SMALL} { .panel, .left .panel { left: 0; right: 0; bottom: auto; top: var(--top, 0px); width: 100%; max-width: none; height: var(--height, 100%); max-height: none; border: 0; border-radius: 0;
  padding: env(safe-area-inset-top, 0px) env(safe-area-inset-right, 0px) 0 env(safe-area-inset-left, 0px); } }
@media print { .root { display: none; } }`;

const make = (tag, properties, ...children) => {
  const node = document.createElement(tag);
  if (/^(a|button|h2|input|p|textarea)$/.test(tag)) node.dir = "auto";
  Object.keys(properties || {}).forEach((name) => {
    if (name in node && name !== "role") node[name] = properties[name];
    else node.setAttribute(name, properties[name]);
  });
  node.append(...children);
  return node;
};
const button = (className, textContent, onclick, more) => make("button", Object.assign({ type: "button", className, textContent, onclick }, more));
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
const linkTo = (address) => {
  try { const url = new URL(address); return /^https?:$/.test(url.protocol) ? url.href : ""; } catch (error) { return ""; }
};
const link = (href, textContent) => make("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", textContent });
/* Web addresses become links, all else is text. */
const write = (node, text) => {
  node.textContent = "";
  text.split(URLS).forEach((piece, at) => node.append(at % 2 && linkTo(piece) ? link(linkTo(piece), piece) : piece));
};
const failed = (status, wait) => Object.assign(new Error("HTTP " + status), { status, wait });

class CommunityAssistant extends HTMLElement {
  connectedCallback() {
    if (this.shadow) { this.schedule(0); return; }
    this.shadow = this.attachShadow({ mode: "open" });
    const data = this.dataset;
    if (SCRIPT) Object.keys(SCRIPT.dataset).forEach((name) => { if (!(name in data)) data[name] = SCRIPT.dataset[name]; });
    this.api = (data.api || HOME).replace(/\/$/, "");
    this.streams = data.stream !== "off" && Boolean(window.TextDecoder && window.Response && "body" in Response.prototype);
    this.seen = new Set();
    this.sent = [];
    this.fails = 0;
    this.load();
    this.start().catch((error) => console.warn(NAME + ": " + error.message));
  }

  disconnectedCallback() { clearTimeout(this.timer); this.lockPage(false); }

  // ---- kept in this browser: the conversation's id and token, and how far it was read

  get place() { return [NAME, this.api, this.dataset.community || ""].join(" "); }

  load() { try { this.kept = JSON.parse(localStorage.getItem(this.place)) || {}; } catch (error) { this.kept = {}; } return this.kept; }

  keep(changes) {
    this.kept = changes ? Object.assign(this.kept, changes) : {};
    try { localStorage.setItem(this.place, JSON.stringify(this.kept)); } catch (error) { /* then for this page only */ }
  }

  forget() {
    this.keep(null);
    this.newest = this.after = "";
    this.setState("bot");
  }

  // ---- the service

  /* Set by the page: a token that its server signs, or a function that gives one. */
  get memberToken() { return this.vouched || this.dataset.memberToken; }
  set memberToken(token) { this.vouched = token; }

  async call(method, path, body, onText) {
    const headers = { Authorization: "Bearer " + this.dataset.key };
    const member = typeof this.memberToken === "function" ? await this.memberToken() : this.memberToken;
    if (member) headers["X-Member-Token"] = member;
    else if (this.kept.token) headers["X-Conversation-Token"] = this.kept.token;
    if (body) headers["Content-Type"] = "application/json";
    const url = new URL(this.api + "/v1/faq/" + path);
    if (this.dataset.community) url.searchParams.set("community", this.dataset.community);
    const stop = window.AbortController ? new AbortController() : {};
    let timer;
    const alive = () => { clearTimeout(timer); timer = setTimeout(() => stop.abort && stop.abort(), ANSWER_MS); };
    alive();
    try {
      const answer = await fetch(url.href, { method, headers, credentials: "omit", body: body && JSON.stringify(body), signal: stop.signal });
      if (!answer.ok) throw failed(answer.status, Number(answer.headers.get("Retry-After")) || 30);
      if (/event-stream/.test(answer.headers.get("Content-Type"))) return await this.events(answer.body, onText, alive);
      return answer.status === 204 ? null : await answer.json();
    } finally { clearTimeout(timer); }
  }

  /* Server-sent events over fetch: the pieces go to onText, the whole comes back. */
  async events(body, onText, alive) {
    const reader = body.getReader(), decoder = new TextDecoder();
    let held = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw failed(0);
      alive();
      const blocks = (held + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      held = blocks.pop();
      for (const block of blocks) {
        const [, name] = /^event: ?(.*)$/m.exec(block) || [], [, data] = /^data: ?(.*)$/m.exec(block) || [];
        if (name === "done") return JSON.parse(data);
        if (name === "error") throw failed(JSON.parse(data).status, 30);
        if (name === "delta") onText(JSON.parse(data).text);
      }
    }
  }

  // ---- the beginning

  async start() {
    const language = this.dataset.language || document.documentElement.lang || navigator.language || "";
    const config = await this.call("GET", "widget" + (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(language) ? "?language=" + language : ""));
    if (!config.enabled) return;
    this.config = config;
    this.words = config.words;
    this.build();
    if (this.kept.state) { this.setState(this.kept.state); this.schedule(0); }
    if (this.dataset.open === "yes" || (this.dataset.open === "wide" && !matchMedia(SMALL).matches)) this.open(true);
  }

  build() {
    const t = this.words, el = this.el = {}, data = this.dataset;
    if (window.CSSStyleSheet && "replaceSync" in CSSStyleSheet.prototype && "adoptedStyleSheets" in this.shadow) {
      const sheet = new CSSStyleSheet();  // not subject to style-src
      sheet.replaceSync(CSS);
      this.shadow.adoptedStyleSheets = [sheet];
    } else this.shadow.append(make("style", { textContent: CSS, nonce: SCRIPT ? SCRIPT.nonce : "" }));
    el.launch = button("launch", "", () => this.open(), { part: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" });
    el.person = button("person", t.person_button, () => this.askPerson());
    el.log = make("div", { className: "log", part: "log", role: "log", "aria-live": "polite", "aria-label": t.log, tabIndex: 0 });
    el.status = make("p", { className: "status", role: "status" });
    el.text = make("textarea", { className: "field", rows: 1, maxLength: this.config.question_chars, placeholder: t.placeholder, "aria-label": t.input, autocomplete: "off", enterkeyhint: "send" });
    el.send = make("button", { className: "send" }, t.send);
    el.panel = make("section", { className: "panel", part: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "title", tabIndex: -1, hidden: true },
      make("header", { part: "header" },
        make("h2", { id: "title" }, data.title || t.title), el.person,
        button("close", "×", () => this.close(), { "aria-label": t.close }),
        make("p", { className: "machine" }, t.machine)),
      el.log, el.status,
      make("form", { className: "ask", onsubmit: (event) => { event.preventDefault(); this.submit(); } }, el.text, el.send),
      make("div", { className: "foot" }, make("p", {}, t.no_secrets), button("restart", t.restart, () => this.restart())));
    el.root = make("div", { className: data.position === "left" ? "root left" : "root", lang: this.config.language, dir: "ltr" }, el.launch, el.panel);
    if (data.accent) el.root.style.setProperty("--accent", data.accent);
    this.shadow.append(el.root);
    this.setTheme();
    this.setUnread(false);
    this.listen();
  }

  listen() {
    const { panel, text } = this.el;
    let composing = false, ended = -IME_MS;
    text.addEventListener("compositionstart", () => { composing = true; });
    text.addEventListener("compositionend", (event) => { composing = false; ended = event.timeStamp; });
    text.addEventListener("input", () => this.grow());
    text.addEventListener("keydown", (event) => {
      // An Enter that chooses a character is the input method's: said by isComposing, by the key code 229, or only by its moment.
      if (event.key !== "Enter" || event.shiftKey || composing || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      if (event.timeStamp - ended >= IME_MS) this.submit();
    });
    panel.addEventListener("keydown", (event) => {
      event.stopPropagation();  // the page's own shortcuts
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Escape") this.close();
      if (event.key === "Tab") this.trap(event);
    });
    const fit = () => this.fit();
    if (window.visualViewport) ["resize", "scroll"].forEach((name) => visualViewport.addEventListener(name, fit));
    window.addEventListener("resize", fit);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.schedule(0); });
  }

  // ---- the panel

  get opened() { return Boolean(this.el) && !this.el.panel.hidden; }

  /* By itself (`unasked`), it leaves the focus where the reader has it. */
  open(unasked) {
    if (!this.el || this.opened) return;
    this.show(true);
    this.setTheme();
    this.setUnread(false);
    this.fit();
    if (unasked !== true) this.focusText();
    if (this.newest) this.keep({ read: this.newest });
    this.ready().then(() => this.schedule(0));
    this.toEnd();
  }

  close() {
    if (!this.opened) return;
    this.show(false);
    this.lockPage(false);
    this.el.launch.focus();
  }

  show(open) {
    this.el.panel.hidden = !open;
    this.el.launch.hidden = open;
    this.el.launch.setAttribute("aria-expanded", String(open));
  }

  /* On a phone, focus on the field would raise the keyboard over what is to be read. */
  focusText() { (matchMedia("(pointer: coarse)").matches ? this.el.panel : this.el.text).focus(); }

  trap(event) {
    const all = this.el.panel.querySelectorAll("button, textarea, input, select, a[href], summary, [tabindex='0']");
    const able = Array.from(all).filter((node) => !node.disabled && node.offsetParent);
    const at = this.shadow.activeElement, first = able[0], last = able[able.length - 1];
    const next = event.shiftKey ? (at === first || at === this.el.panel) && last : at === last && first;
    if (next) { event.preventDefault(); next.focus(); }
  }

  /* The phone's keyboard shrinks the visual viewport only: the panel follows it. */
  fit() {
    if (!this.opened) return;
    const view = window.visualViewport || { height: window.innerHeight, offsetTop: 0 };
    this.el.panel.style.setProperty("--height", view.height + "px");
    this.el.panel.style.setProperty("--top", view.offsetTop + "px");
    this.lockPage(matchMedia(SMALL).matches);
  }

  lockPage(locked) {
    if (locked === Boolean(this.locked)) return;
    const { style } = document.documentElement;
    if (locked) this.scrolled = style.overflow;
    style.overflow = locked ? "hidden" : this.scrolled;
    this.locked = locked;
  }

  grow() {
    const { text } = this.el;
    text.style.height = "auto";
    text.style.height = text.scrollHeight + 2 + "px";
  }

  toEnd() { this.el.log.scrollTop = this.el.log.scrollHeight; }

  drop(selector) { this.shadow.querySelectorAll(selector).forEach((node) => node.remove()); }

  setTheme() {
    const { theme } = this.dataset;
    this.el.root.classList.toggle("dark", theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches));
  }

  setUnread(unread) {
    this.el.launch.textContent = unread ? this.words.unread : this.dataset.label || this.words.open;
    this.el.launch.classList.toggle("unread", unread);
  }

  setState(state) {
    this.state = state;
    this.el.status.textContent = state === "waiting" ? this.words.waiting : state === "person" ? this.words.person_holds : "";
    if (this.kept.id) this.keep({ state });
  }

  // ---- what is said

  say(author, text) {
    const said = make("div", { className: "said", dir: "auto" });
    const turn = make("div", { className: "turn " + author }, make("p", { className: "label" }, this.words[author]), said);
    if (author === "member") said.textContent = text;
    else write(said, text);
    this.el.log.append(turn);
    this.toEnd();
    return turn;
  }

  greet() {
    const turn = this.say("bot", this.words.greeting), { questions } = this.config;
    if (questions.length) this.offer(turn, questions, this.words.top, "chips");
  }

  /* Questions as buttons, gone once one is asked. */
  offer(turn, questions, label, kind) {
    const row = make("div", { className: "row once " + kind, role: "group", "aria-label": label });
    if (kind === "chips") row.append(make("span", { className: "quiet", textContent: label, "aria-hidden": "true" }));
    questions.forEach((question) => row.append(button("", question, () => { this.focusText(); this.ask(question); })));
    turn.append(row);
  }

  cite(turn, citations, answer) {
    const list = make("ul", { className: "cites" }), [before, after] = this.words.source.split("{title}");
    citations.forEach((one) => {
      const href = linkTo(one.source), title = one.title || one.source || one.entry_id;
      const item = make("li", {}, before, href ? link(href, title) : make("bdi", {}, title), after || "");
      if (one.quote && answer.indexOf(one.quote) < 0) {
        item.append(make("details", {}, make("summary", {}, this.words.quote), make("p", {}, one.quote)));
      }
      list.append(item);
    });
    turn.append(list);
  }

  mark(turn, turn_id) {
    const told = make("span", { className: "quiet", role: "status" });
    const row = make("div", { className: "row thumbs" });
    const judge = (thumb, more) => this.call("POST", "feedback", Object.assign({ conversation_id: this.kept.id, turn_id, thumb }, more))
      .then(() => { told.textContent = this.words.noted; }, () => { told.textContent = this.words.failed; });
    const press = (thumb) => (event) => {
      row.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", String(one === event.currentTarget)));
      judge(thumb);
      turn.querySelectorAll(".correct").forEach((one) => one.remove());
      if (thumb < 0) this.correct(turn, judge);
    };
    row.append(button("", this.words.helpful, press(1), { "aria-pressed": "false" }), button("", this.words.unhelpful, press(-1), { "aria-pressed": "false" }), told);
    turn.append(row);
  }

  correct(turn, judge) {
    const field = make("textarea", { className: "field", rows: 2, maxLength: 2000 });
    const form = make("form", {
      className: "card correct",
      onsubmit: (event) => {
        event.preventDefault();
        const correction = field.value.trim();
        if (correction) judge(-1, { correction });
        form.remove();
        this.focusText();
      },
    }, make("label", {}, this.words.correction, field), make("button", {}, this.words.send));
    turn.append(form);
    field.focus();
  }

  contact(turn, open) {
    const t = this.words;
    this.drop(".contact");
    const kind = make("select", { className: "field" }, ...["email", "phone", "other"].map((value) => make("option", { value }, t[value])));
    const value = make("input", { className: "field", maxLength: 200, required: true });
    const consent = make("input", { type: "checkbox", required: true });
    const told = make("p", { className: "bad", role: "status" });
    const form = make("form", {
      onsubmit: (event) => {
        event.preventDefault();
        const body = { contact: { kind: kind.value, value: value.value.trim() }, consent: consent.checked };
        this.call("POST", "conversations/" + this.kept.id + "/handoff", body).then(
          () => { form.textContent = t.contact_kept; form.setAttribute("role", "status"); },
          (error) => { told.textContent = this.because(error); },
        );
      },
    }, make("label", {}, t.contact_kind, kind), make("label", {}, t.contact_value, value), make("label", {}, consent, t.consent), make("button", {}, t.send), told);
    turn.append(make("details", { className: "card contact", open }, make("summary", {}, t.leave_contact), form));
  }

  because(error) {
    if (error.status === 429) return fill(this.words.busy, { seconds: error.wait });
    return error.status === 401 || error.status === 403 ? this.words.refused : this.words.failed;
  }

  // ---- asking

  submit() {
    const question = this.el.text.value.trim();
    if (!question || this.busy) return;
    this.el.text.value = "";
    this.grow();
    this.ask(question);
  }

  async ask(question) {
    if (!this.el || this.busy) return;
    this.setBusy(true);
    if (!this.kept.id && this.load().id) this.begun = null;  // begun on another page
    await this.ready();
    this.drop(".once");
    const mine = this.say("member", question), turn = this.say("bot", this.words.looking), said = turn.lastChild;
    this.sent.push(question);
    let text = "";
    try {
      const done = await this.exchange(question, (piece) => { said.textContent = text += piece; this.toEnd(); });
      this.finish(turn, said, done);
    } catch (error) {
      this.sent.pop();
      turn.remove();
      this.undo(mine, question, error);
    }
    this.setBusy(false);
    this.schedule();
  }

  setBusy(busy) {
    this.busy = this.el.send.disabled = this.el.person.disabled = busy;
    this.el.log.setAttribute("aria-busy", String(busy));  // a screen reader waits for the whole answer
  }

  async exchange(question, onText, again) {
    const body = { question, stream: this.streams }, page = this.config.language;
    const other = page.indexOf("zh-Hant") ? HANT : HANS;
    if (page.indexOf("zh") === 0 && /[\u3400-\u9fff]/.test(question) && !other.test(question)) body.language = page;
    if (this.kept.id) body.conversation_id = this.kept.id;
    try {
      return await this.call("POST", "ask", body, onText);
    } catch (error) {
      if (error.status === 404 && this.kept.id && !again) { this.forget(); return this.exchange(question, onText, true); }
      if (!error.status) this.streams = false;  // something on the way may not let streams through
      throw error;
    }
  }

  finish(turn, said, done) {
    this.seen.add(done.turn_id);
    this.keep({ id: done.conversation_id, token: done.conversation_token || this.kept.token });
    if (done.answer) {
      write(said, done.answer);
      said.lang = done.language;
      this.adorn(turn, done, done.turn_id);
    } else turn.remove();
    if (done.handoff) { this.setState("waiting"); this.contact(turn, !done.handoff.on_duty); } else if (done.because === "person_holds") this.setState("person");
    this.toEnd();
  }

  /* At an answer: that a model wrote it, where it comes from, what else was meant, whether it helped. */
  adorn(turn, done, id) {
    const cited = done.citations && done.citations.length, written = this.kept.written || [];
    if (done.written || written.indexOf(id) >= 0) {
      turn.firstChild.append(make("span", { className: "badge" }, this.words.written));
      this.keep({ written: written.filter((one) => one !== id).concat(id).slice(-50) });
    }
    if (cited) this.cite(turn, done.citations, done.answer);
    if (done.choices && done.choices.length) this.offer(turn, done.choices, done.answer, "choices");
    if (cited || done.outcome === "lookup") this.mark(turn, id);
  }

  undo(mine, question, error) {
    const row = make("div", { className: "row once", role: "alert" }, make("span", { className: "bad" }, this.because(error)));
    if (error.status !== 401 && error.status !== 403) row.append(button("", this.words.retry, () => { mine.remove(); this.ask(question); }));
    mine.append(row);
    this.toEnd();
  }

  async askPerson() {
    const ask = this.words.ask_person;
    if (!this.kept.id) return this.ask(ask);
    let again = false;
    this.setBusy(true);
    try {
      const { handoff } = await this.call("POST", "conversations/" + this.kept.id + "/handoff", {});
      this.contact(this.say("bot", this.handedOver(handoff)), !handoff.on_duty);
      if (this.state !== "person") this.setState("waiting");
      this.toEnd();
    } catch (error) {
      again = error.status === 404;
      if (again) this.forget(); else this.undo(this.say("member", ask), ask, error);
    }
    this.setBusy(false);
    if (again) return this.ask(ask);
    this.schedule();
  }

  /* As the bot says it: a wait only where known, no promise where nobody is there. */
  handedOver(handoff) {
    const t = this.words, said = [handoff.on_duty ? t.handoff : t.nobody];
    const { hours, promised_minutes: minutes, write_to: contact } = handoff;
    if (hours) said.push(fill(handoff.on_duty && minutes ? t.handoff_wait : t.handoff_hours, { minutes, hours }));
    if (!handoff.on_duty && contact) said.push(fill(t.nobody_contact, { contact }));
    return said.join(this.config.language.indexOf("zh") ? " " : "");
  }

  restart() {
    if (this.busy) return;
    this.forget();
    this.el.log.textContent = "";
    this.sent = [];
    this.greet();
    this.focusText();
  }

  // ---- what was said before, what a person says now

  ready() { return this.begun || (this.begun = this.restore()); }

  async restore() {
    this.greet();
    if (!this.kept.id) return;
    try {
      this.take(await this.call("GET", "conversations/" + this.kept.id));
      this.drop(".chips");
    } catch (error) { if (error.status === 404) this.forget(); }
    this.schedule();
  }

  take({ turns, state }) {
    turns.forEach((turn) => {
      if (this.seen.has(turn.id)) return;
      this.seen.add(turn.id);
      const mine = turn.author === "member" ? this.sent.indexOf(turn.text) : -1;
      if (mine >= 0) { this.sent.splice(mine, 1); return; }
      const shown = this.say(turn.author, turn.text);
      if (turn.author === "bot") this.adorn(shown, Object.assign({ answer: turn.text }, turn), turn.id);
      if (turn.author === "staff" && !this.opened && !(turn.id <= this.kept.read)) this.setUnread(true);
    });
    // One turn back: a turn with an earlier id may be written a moment later.
    if (turns.length) { this.after = this.newest; this.newest = turns[turns.length - 1].id; }
    if (this.opened && this.newest) this.keep({ read: this.newest });
    if (state !== this.state) this.setState(state);
  }

  schedule(wait) {
    clearTimeout(this.timer);
    if (!this.el || !this.kept.id || (this.state !== "waiting" && this.state !== "person")) return;
    const pace = this.opened && !document.hidden ? POLL_MS : POLL_CLOSED_MS;
    this.timer = setTimeout(() => this.poll(), wait === 0 ? 0 : Math.min(POLL_MOST_MS, pace * Math.pow(2, this.fails)));
  }

  async poll() {
    if (this.busy) return;
    if (!this.begun) return this.ready();
    const { id } = this.kept;
    try {
      const found = await this.call("GET", "conversations/" + id + (this.after ? "?after=" + this.after : ""));
      this.fails = 0;
      if (!this.busy && this.kept.id === id) this.take(found);
    } catch (error) {
      this.fails = Math.min(this.fails + 1, 6);
      if (error.status === 404) this.forget();
    }
    this.schedule();
  }
}

customElements.define(NAME, CommunityAssistant);
const place = () => { if (!document.querySelector(NAME)) document.body.append(document.createElement(NAME)); };
if (SCRIPT && SCRIPT.dataset.auto !== "off") { if (document.body) place(); else document.addEventListener("DOMContentLoaded", place); }
})();
